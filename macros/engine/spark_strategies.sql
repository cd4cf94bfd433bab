{% macro dbt_spark_validate_get_incremental_strategy(raw_strategy, file_format) %}
    {% if raw_strategy != 'replace_partitions' %}
        {{ return(dbt.dbt_spark_validate_get_incremental_strategy(raw_strategy, file_format)) }}
    {% endif %}
    {% if file_format != 'delta' %}
        {% do exceptions.raise_compiler_error(
            'The incremental strategy replace_partitions needs Delta Lake tables, and the file_format of '
            ~ model.name ~ ' is ' ~ file_format ~ ': set it to delta.'
        ) %}
    {% endif %}
    {{ return(raw_strategy) }}
{% endmacro %}

{% macro dbt_spark_get_incremental_sql(strategy, source, target, existing, unique_key, incremental_predicates) %}
    {%- if strategy == 'replace_partitions' -%}
        {{ spark__replace_partitions_sql({'target_relation': target, 'temp_relation': source}) }}
    {%- else -%}
        {{ dbt.dbt_spark_get_incremental_sql(strategy, source, target, existing, unique_key, incremental_predicates) }}
    {%- endif -%}
{% endmacro %}
