{#- True where the text is one well-formed JSON object. Never null. -#}
{% macro is_json_object(expression) %}
    {{ return(adapter.dispatch('is_json_object')(expression)) }}
{% endmacro %}

{% macro duckdb__is_json_object(expression) -%}
    coalesce(case when json_valid({{ expression }}) then json_type({{ expression }}) = 'OBJECT' end, false)
{%- endmacro %}

{% macro spark__is_json_object(expression) -%}
    coalesce(try_variant_get(try_parse_json({{ expression }}), '$', 'map<string, variant>') is not null, false)
{%- endmacro %}
