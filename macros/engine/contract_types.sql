{#-
    Contracts spell types as DuckDB does. Spark understands all of them but lists: `date[]` is `array<date>`.
-#}
{% macro spark__get_empty_schema_sql(columns) %}
    {%- set spelled = {} -%}
    {%- for name, column in columns.items() -%}
        {%- set type = column['data_type'] -%}
        {%- do spelled.update({name: dict(column, data_type='array<' ~ type[:-2] ~ '>' if type.endswith('[]') else type)}) -%}
    {%- endfor -%}
    {{ return(dbt.default__get_empty_schema_sql(spelled)) }}
{% endmacro %}
