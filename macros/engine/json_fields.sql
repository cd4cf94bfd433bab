{#-
    Parses a JSON object into a struct with the given fields ({name: type}); null where the text is not
    JSON, and a null field where a value is missing or is not of the type.
-#}
{% macro json_fields(expression, fields) %}
    {{ return(adapter.dispatch('json_fields')(expression, fields)) }}
{% endmacro %}

{% macro duckdb__json_fields(expression, fields) -%}
    try(json_transform({{ expression }}, '{{ tojson(fields) }}'))
{%- endmacro %}

{% macro spark__json_fields(expression, fields) -%}
    from_json({{ expression }}, '
    {%- for name, type in fields.items() -%}
        {{ name }} {{ spark_json_type(type) }}{{ ', ' if not loop.last }}
    {%- endfor -%}
    ')
{%- endmacro %}

{#- Nested types are written as JSON, as DuckDB wants them: ["..."] a list, {...} a struct. -#}
{% macro spark_json_type(type) -%}
    {%- if type is mapping -%}
        struct<{% for name, inner in type.items() %}{{ name }}: {{ spark_json_type(inner) }}{{ ', ' if not loop.last }}{% endfor %}>
    {%- elif type is string -%}
        {{ 'string' if type == 'VARCHAR' else type }}
    {%- else -%}
        array<{{ spark_json_type(type[0]) }}>
    {%- endif -%}
{%- endmacro %}
