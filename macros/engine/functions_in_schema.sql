{% macro functions_in_schema(relation) %}
    {% if not adapter.check_schema_exists(relation.database, relation.schema) %}{{ return([]) }}{% endif %}
    {{ return(adapter.dispatch('functions_in_schema')(relation)) }}
{% endmacro %}

{% macro duckdb__functions_in_schema(relation) %}
    {{ return(run_query(
        "select distinct function_name from duckdb_functions() where not internal"
        ~ " and database_name = '" ~ relation.database ~ "' and schema_name = '" ~ relation.schema ~ "' order by 1"
    ).columns[0].values() | list) }}
{% endmacro %}

{#- Functions that extensions bring, as Delta Lake does, are listed as well, without the name of a schema. -#}
{% macro spark__functions_in_schema(relation) %}
    {% set names = [] %}
    {% for row in run_query('show user functions in ' ~ relation.without_identifier()).rows if '.' in row[0] %}
        {% do names.append(row[0].split('.')[-1]) %}
    {% endfor %}
    {{ return(names) }}
{% endmacro %}

{% macro drop_function_sql(relation) %}
    {{ return(adapter.dispatch('drop_function_sql')(relation)) }}
{% endmacro %}

{% macro duckdb__drop_function_sql(relation) %}
    {{ return('drop macro table if exists ' ~ relation) }}
{% endmacro %}

{% macro spark__drop_function_sql(relation) %}
    {{ return('drop function if exists ' ~ relation) }}
{% endmacro %}
