{#- A number that is not negative as decimal(12,3), halves upwards. -#}
{% macro to_thousandths(expression) %}
    {{ return(adapter.dispatch('to_thousandths')(expression)) }}
{% endmacro %}

{#- DuckDB adds a billionth before it rounds, so that half a thousandth goes up however a double writes it. -#}
{% macro duckdb__to_thousandths(expression) -%}
    cast({{ expression }} as decimal(12, 3))
{%- endmacro %}

{% macro spark__to_thousandths(expression) -%}
    cast(cast(floor({{ expression }} * 1000 + 0.500000001D) as decimal(15, 0)) / 1000 as decimal(12, 3))
{%- endmacro %}
