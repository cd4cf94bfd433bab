{% macro distinct_values(column) %}
    {{ return(adapter.dispatch('distinct_values')(column)) }}
{% endmacro %}

{#- Null of a list without values is an empty list, as on the other engines. -#}
{% macro duckdb__distinct_values(column) -%}
    coalesce(array_agg(distinct {{ column }}) filter (where {{ column }} is not null), [])
{%- endmacro %}

{% macro spark__distinct_values(column) -%}
    collect_set({{ column }})
{%- endmacro %}
