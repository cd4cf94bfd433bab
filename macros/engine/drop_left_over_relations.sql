{% macro drop_left_over_relations() %}
    {% if execute and flags.WHICH in ('run', 'build', 'retry') %}
        {{ return(adapter.dispatch('drop_left_over_relations')()) }}
    {% endif %}
{% endmacro %}

{% macro duckdb__drop_left_over_relations() %}
    {% set left_over = run_query(
        "select table_schema, table_name from information_schema.tables"
        ~ " where table_catalog = current_database()"
        ~ " and regexp_matches(table_name, '__dbt_(tmp|backup)[_0-9]*$')"
    ) %}
    {% for row in left_over.rows %}
        {% do run_query('drop table if exists "' ~ row[0] ~ '"."' ~ row[1] ~ '"') %}
    {% endfor %}
{% endmacro %}

{% macro spark__drop_left_over_relations() %}
{% endmacro %}
