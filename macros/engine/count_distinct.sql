{#- Distinct count: exact, or the engine's HyperLogLog sketch with `approximate_distinct_orders`. -#}
{% macro count_distinct(expression) -%}
    {%- if var('approximate_distinct_orders') -%}
        approx_count_distinct({{ expression }})
    {%- else -%}
        count(distinct {{ expression }})
    {%- endif -%}
{%- endmacro %}
