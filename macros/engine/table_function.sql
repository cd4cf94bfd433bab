{#-
    Materialization of a query with parameters: `select * from ai.get_order_overview('…')`. DuckDB's adapter
    brings its own; this is the one for Spark and Databricks, where a function has to say its types: those of
    its parameters are in `meta.parameter_types`, those of its columns in the model's YAML.
-#}
{% materialization table_function, adapter='spark' %}
    {{ return(spark_table_function()) }}
{% endmaterialization %}

{% materialization table_function, adapter='databricks' %}
    {{ return(spark_table_function()) }}
{% endmaterialization %}

{% macro spark_table_function() %}
    {%- set target_relation = api.Relation.create(
        identifier=model['alias'], schema=schema, database=database, type='view'
    ) -%}
    {%- set names = config.get('parameters') -%}
    {%- set types = config.get('meta')['parameter_types'] -%}
    {{ run_hooks(pre_hooks) }}
    {% call statement('main') -%}
        create or replace function {{ target_relation.render() }}(
            {%- for name in names %}{{ name }} {{ types[loop.index0] }}{{ ', ' if not loop.last }}{% endfor -%}
        )
        returns table (
            {%- for column in model.columns.values() %}
            {{ column.name }} {{ spark_type(column.data_type) }}{{ ', ' if not loop.last }}
            {%- endfor %}
        )
        return
        {{ sql }}
    {%- endcall %}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': []}) }}
{% endmacro %}

{% macro spark_type(type) -%}
    {{ 'array<' ~ type[:-2] ~ '>' if type.endswith('[]') else type }}
{%- endmacro %}
