{% macro explode_list(expression) %}
    {{ return(adapter.dispatch('explode_list')(expression)) }}
{% endmacro %}

{% macro duckdb__explode_list(expression) -%}
    unnest({{ expression }})
{%- endmacro %}

{% macro spark__explode_list(expression) -%}
    explode({{ expression }})
{%- endmacro %}

{% macro explode_with_position(expression, position, element) %}
    {{ return(adapter.dispatch('explode_with_position')(expression, position, element)) }}
{% endmacro %}

{% macro duckdb__explode_with_position(expression, position, element) -%}
    generate_subscripts({{ expression }}, 1) - 1 as {{ position }},
        unnest({{ expression }}) as {{ element }}
{%- endmacro %}

{% macro spark__explode_with_position(expression, position, element) -%}
    posexplode({{ expression }}) as ({{ position }}, {{ element }})
{%- endmacro %}

{#- A list of rows: each a mapping of names to expressions. -#}
{% macro list_of_rows(rows) %}
    {{ return(adapter.dispatch('list_of_rows')(rows)) }}
{% endmacro %}

{% macro duckdb__list_of_rows(rows) -%}
    [
    {%- for row in rows -%}
        { {%- for name, expression in row.items() -%}
            '{{ name }}': {{ expression }}{{ ', ' if not loop.last }}
        {%- endfor -%} }{{ ', ' if not loop.last }}
    {%- endfor -%}
    ]
{%- endmacro %}

{% macro spark__list_of_rows(rows) -%}
    array(
    {%- for row in rows -%}
        named_struct(
        {%- for name, expression in row.items() -%}
            '{{ name }}', {{ expression }}{{ ', ' if not loop.last }}
        {%- endfor -%}
        ){{ ', ' if not loop.last }}
    {%- endfor -%}
    )
{%- endmacro %}
