{% macro count_distinct(expression) -%}
    {%- if var('approximate_distinct_orders') -%}
        approx_count_distinct({{ expression }})
    {%- else -%}
        count(distinct {{ expression }})
    {%- endif -%}
{%- endmacro %}
