{% macro round_to_millis(expression) %}
    {{ return(adapter.dispatch('round_to_millis')(expression)) }}
{% endmacro %}

{#- DuckDB adds a billionth before it rounds, so that half a thousandth goes up however a double writes it. -#}
{% macro duckdb__round_to_millis(expression) -%}
    cast({{ expression }} as decimal(12, 3))
{%- endmacro %}

{% macro spark__round_to_millis(expression) -%}
    cast(cast(floor({{ expression }} * 1000 + 0.500000001D) as decimal(15, 0)) / 1000 as decimal(12, 3))
{%- endmacro %}
