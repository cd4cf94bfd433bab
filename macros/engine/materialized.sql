{% macro materialized() %}
    {{ return(adapter.dispatch('materialized')()) }}
{% endmacro %}

{% macro duckdb__materialized() -%}
    materialized
{%- endmacro %}

{#- Spark has no such word, and computes what a query names as often as it is named. -#}
{% macro spark__materialized() -%}
{%- endmacro %}
