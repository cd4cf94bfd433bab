{% macro json_fields(expression, fields) %}
    {{ return(adapter.dispatch('json_fields')(expression, fields)) }}
{% endmacro %}

{#-
    Numbers are read as text and made numbers of afterwards, on every engine: DuckDB's JSON reader takes true for 1 and
    1.5 for the whole number 2; Spark's takes 2 for a whole number and neither 2.0 nor "2", and some engines stop at a word.
-#}
{% macro duckdb__json_fields(expression, fields) -%}
    {%- set parsed = "try(json_transform(" ~ expression ~ ", '" ~ tojson(duckdb_json_as_text(fields)) ~ "'))" -%}
    {%- if fields.values() | reject('equalto', 'VARCHAR') | list -%}
    list_transform([{{ parsed }}], lambda field0: {{ duckdb_json_value('field0', fields, 1) }})[1]
    {%- else -%}
    {{ parsed }}
    {%- endif -%}
{%- endmacro %}

{#- The same structure with every value as text. -#}
{% macro duckdb_json_as_text(type) %}
    {% if type is mapping %}
        {% set fields = {} %}
        {% for name, inner in type.items() %}{% do fields.update({name: duckdb_json_as_text(inner)}) %}{% endfor %}
        {{ return(fields) }}
    {% elif type is string %}
        {{ return('VARCHAR') }}
    {% endif %}
    {{ return([duckdb_json_as_text(type[0])]) }}
{% endmacro %}

{% macro duckdb_json_value(value, type, depth) -%}
    {%- if type is mapping -%}
        {
        {%- for name, inner in type.items() -%}
            '{{ name }}': {{ duckdb_json_value(value ~ '.' ~ name, inner, depth) }}{{ ', ' if not loop.last }}
        {%- endfor -%}
        }
    {%- elif type is not string -%}
        list_transform({{ value }}, lambda field{{ depth }}: {{ duckdb_json_value('field' ~ depth, type[0], depth + 1) }})
    {%- else -%}
        {{ json_value_as(value, type) }}
    {%- endif -%}
{%- endmacro %}

{#- The text of a JSON value in another type. A whole number may be written 2, 2.0 or 2e0; 2.5 is none. NaN is no number. -#}
{% macro json_value_as(text, type) -%}
    {%- if type == 'VARCHAR' -%}
        {{ text }}
    {%- elif type == 'INTEGER' -%}
        case
            when try_cast({{ text }} as double) = floor(try_cast({{ text }} as double))
                then try_cast(try_cast({{ text }} as double) as integer)
        end
    {%- elif type == 'DOUBLE' -%}
        case when abs(try_cast({{ text }} as double)) <= 1e308 then try_cast({{ text }} as double) end
    {%- else -%}
        try_cast({{ text }} as {{ type }})
    {%- endif -%}
{%- endmacro %}

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
    {%- else -%}
        {{ json_value_as(value, type) }}
    {%- endif -%}
{%- endmacro %}
