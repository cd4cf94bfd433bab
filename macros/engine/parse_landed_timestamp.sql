{% macro parse_landed_timestamp(expression) %}
    {{ return(adapter.dispatch('parse_landed_timestamp')(expression)) }}
{% endmacro %}

{% macro duckdb__parse_landed_timestamp(expression) -%}
    case
        when regexp_full_match({{ expression }}, '[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}[.][0-9]{3}')
            then try_strptime({{ expression }}, '%Y-%m-%d %H:%M:%S.%g')
    end
{%- endmacro %}

{% macro spark__parse_landed_timestamp(expression) -%}
    try_to_timestamp({{ expression }}, 'yyyy-MM-dd HH:mm:ss.SSS')
{%- endmacro %}
