{% macro week_start(day) -%}
    cast({{ date_trunc('week', day) }} as date)
{%- endmacro %}
