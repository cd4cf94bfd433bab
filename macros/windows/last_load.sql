{% macro last_load(relation) %}
    {{ return(run_query('select coalesce(max(load_number), 0) from ' ~ relation).columns[0].values()[0] | int) }}
{% endmacro %}
