{% macro persist_docs(relation, model, for_relation=true, for_columns=true) %}
    {% if not is_incremental() %}
        {{ return(adapter.dispatch('persist_docs', 'dbt')(relation, model, for_relation, for_columns)) }}
    {% endif %}
{% endmacro %}
