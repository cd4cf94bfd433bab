{% macro get_incremental_replace_partitions_sql(arg_dict) %}
    {{ return(replace_partitions_sql(arg_dict)) }}
{% endmacro %}
