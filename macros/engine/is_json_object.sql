{% macro is_json_object(expression) %}
    {{ return(adapter.dispatch('is_json_object')(expression)) }}
{% endmacro %}

{% macro duckdb__is_json_object(expression) -%}
    coalesce(case when json_valid({{ expression }}) then json_type({{ expression }}) = 'OBJECT' end, false)
{%- endmacro %}

{#-
    The parser reads one value and does not look at what follows it. So the text is parsed as the first of
    two elements: only where it is exactly one value is the second one found where it belongs.
-#}
{% macro spark__is_json_object(expression) -%}
    coalesce(
        {{ expression }} rlike '^[ \t\r\n]*[{]'
        and try_variant_get(try_parse_json(concat('[', {{ expression }}, ',"end"]')), '$[1]', 'string') = 'end',
        false
    )
{%- endmacro %}
