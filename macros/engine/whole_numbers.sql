{#- The whole number of times that a number that is not negative holds another. -#}
{% macro whole_quotient(dividend, divisor) %}
    {{ return(adapter.dispatch('whole_quotient')(dividend, divisor)) }}
{% endmacro %}

{% macro duckdb__whole_quotient(dividend, divisor) -%}
    (({{ dividend }}) // {{ divisor }})
{%- endmacro %}

{% macro spark__whole_quotient(dividend, divisor) -%}
    (({{ dividend }}) div {{ divisor }})
{%- endmacro %}

{#- The element of a list at a position counted from 0; null beyond its ends. -#}
{% macro list_element(list, position) %}
    {{ return(adapter.dispatch('list_element')(list, position)) }}
{% endmacro %}

{% macro duckdb__list_element(list, position) -%}
    list_extract({{ list }}, {{ position }} + 1)
{%- endmacro %}

{% macro spark__list_element(list, position) -%}
    get({{ list }}, cast({{ position }} as int))
{%- endmacro %}
