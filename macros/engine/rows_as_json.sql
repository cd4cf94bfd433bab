{% macro rows_as_json(columns) %}
    {{ return(adapter.dispatch('rows_as_json')(columns)) }}
{% endmacro %}

{% macro duckdb__rows_as_json(columns) -%}
    cast(to_json(array_sort(array_agg(struct_pack(
    {%- for name, expression in columns.items() -%}
        {{ name }} := {{ expression }}{{ ', ' if not loop.last }}
    {%- endfor -%}
    )))) as varchar)
{%- endmacro %}

{% macro spark__rows_as_json(columns) -%}
    to_json(array_sort(array_agg(named_struct(
    {%- for name, expression in columns.items() -%}
        '{{ name }}', {{ expression }}{{ ', ' if not loop.last }}
    {%- endfor -%}
    ))))
{%- endmacro %}
