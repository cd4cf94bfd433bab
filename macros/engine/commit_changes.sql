{% macro commit_changes() %}
    {{ return(adapter.dispatch('commit_changes')()) }}
{% endmacro %}

{% macro duckdb__commit_changes() %}
    {% do adapter.commit() %}
{% endmacro %}

{% macro spark__commit_changes() %}
{% endmacro %}
