{% macro distinct_values(column) %}
    {{ return(adapter.dispatch('distinct_values')(column)) }}
{% endmacro %}

{#- Without any value DuckDB's list is null, and that of other engines empty. -#}
{% macro duckdb__distinct_values(column) -%}
    coalesce(array_agg(distinct {{ column }}) filter (where {{ column }} is not null), [])
{%- endmacro %}

{% macro spark__distinct_values(column) -%}
    collect_set({{ column }})
{%- endmacro %}
