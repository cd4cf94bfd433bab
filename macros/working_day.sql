{% macro working_day(timestamp) -%}
    cast({{ timestamp }} - interval '4' hour as date)
{%- endmacro %}
