{% macro relations_in_schema(relation) %}
    {% if not adapter.check_schema_exists(relation.database, relation.schema) %}{{ return([]) }}{% endif %}
    {{ return(adapter.dispatch('relations_in_schema')(relation)) }}
{% endmacro %}

{% macro duckdb__relations_in_schema(relation) %}
    {{ return(run_query(
        "select table_name from information_schema.tables"
        ~ " where table_catalog = '" ~ relation.database ~ "' and table_schema = '" ~ relation.schema ~ "' order by 1"
    ).columns[0].values() | list) }}
{% endmacro %}

{% macro spark__relations_in_schema(relation) %}
    {% set names = [] %}
    {% for row in run_query('show tables in ' ~ relation.without_identifier()).rows if not row['isTemporary'] %}
        {% do names.append(row['tableName']) %}
    {% endfor %}
    {{ return(names) }}
{% endmacro %}

{#- A volume is not among the tables of a schema, and yet the schema cannot be dropped while it is there. -#}
{% macro databricks__relations_in_schema(relation) %}
    {% set names = spark__relations_in_schema(relation) %}
    {% if not relation.is_hive_metastore() %}
        {% for row in run_query('show volumes in ' ~ relation.without_identifier()).rows %}
            {% do names.append(row['volumeName']) %}
        {% endfor %}
    {% endif %}
    {{ return(names) }}
{% endmacro %}
