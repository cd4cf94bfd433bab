{% macro json_fields(expression, fields) %}
    {{ return(adapter.dispatch('json_fields')(expression, fields)) }}
{% endmacro %}

{% macro duckdb__json_fields(expression, fields) -%}
    try(json_transform({{ expression }}, '{{ tojson(fields) }}'))
{%- endmacro %}

{#-
    Spark reads numbers as text and makes numbers of them afterwards, as DuckDB does: its own JSON reader
    takes 2 for a whole number and neither 2.0 nor "2", and some engines stop at a word.
-#}
{% macro spark__json_fields(expression, fields) -%}
    {%- set parsed = "from_json(" ~ expression ~ ", '" ~ spark_json_columns(fields, ' ') ~ "')" -%}
    {%- if fields.values() | reject('equalto', 'VARCHAR') | list -%}
    transform(array({{ parsed }}), field0 -> {{ spark_json_value('field0', fields, 1) }})[0]
    {%- else -%}
    {{ parsed }}
    {%- endif -%}
{%- endmacro %}

{#- Nested types are written as JSON, as DuckDB wants them: ["..."] a list, {...} a struct. -#}
{% macro spark_json_columns(fields, between) -%}
    {%- for name, type in fields.items() -%}
        {{ name }}{{ between }}{{ spark_json_type(type) }}{{ ', ' if not loop.last }}
    {%- endfor -%}
{%- endmacro %}

{% macro spark_json_type(type) -%}
    {%- if type is mapping -%}
        struct<{{ spark_json_columns(type, ': ') }}>
    {%- elif type is string -%}
        string
    {%- else -%}
        array<{{ spark_json_type(type[0]) }}>
    {%- endif -%}
{%- endmacro %}

{#- What was read as text, in the types that were asked for. -#}
{% macro spark_json_value(value, type, depth) -%}
    {%- if type is mapping -%}
        named_struct(
        {%- for name, inner in type.items() -%}
            '{{ name }}', {{ spark_json_value(value ~ '.' ~ name, inner, depth) }}{{ ', ' if not loop.last }}
        {%- endfor -%}
        )
    {%- elif type is not string -%}
        transform({{ value }}, field{{ depth }} -> {{ spark_json_value('field' ~ depth, type[0], depth + 1) }})
    {%- elif type == 'VARCHAR' -%}
        {{ value }}
    {%- elif type == 'INTEGER' -%}
        try_cast(try_cast({{ value }} as decimal(10, 0)) as integer)
    {%- else -%}
        try_cast({{ value }} as {{ type }})
    {%- endif -%}
{%- endmacro %}
