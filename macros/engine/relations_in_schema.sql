{#- The names of the tables and views in the schema of a relation, whoever has made them. -#}
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
