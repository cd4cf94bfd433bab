{% macro add_days(day, days) %}
    {{ return(adapter.dispatch('add_days')(day, days)) }}
{% endmacro %}

{% macro duckdb__add_days(day, days) -%}
    ({{ day }} + {{ days }})
{%- endmacro %}

{% macro spark__add_days(day, days) -%}
    date_add({{ day }}, {{ days }})
{%- endmacro %}
