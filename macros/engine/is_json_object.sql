{% macro is_json_object(expression) %}
    {{ return(adapter.dispatch('is_json_object')(expression)) }}
{% endmacro %}

{#-
    DuckDB's parser also takes NaN, infinities, numbers beyond every double, a comma before a closing bracket, and a key
    that occurs twice. What could be one of the first four is looked for in the text, and only where it is found once more
    without the strings.
-#}
{% macro duckdb__is_json_object(expression) -%}
    {%- set without_strings = "regexp_replace(" ~ expression ~ ", '\"(?:[^\"\\\\]|\\\\.)*\"', '\"\"', 'g')" -%}
    coalesce(
        case
            when json_valid({{ expression }}) then
                json_type({{ expression }}) = 'OBJECT'
                and len(json_keys({{ expression }})) = len(list_distinct(json_keys({{ expression }})))
                and case
                    when regexp_matches({{ expression }}, '(?i)[:,\[]\s*-?(nan|inf)|,\s*[\]}]|[0-9]{40}|[0-9.]e[+]?[0-9]{3}')
                        then
                            not regexp_matches({{ without_strings }}, '(?i)nan|inf|,\s*[\]}]')
                            and len(list_filter(
                                regexp_extract_all({{ without_strings }}, '-?[0-9][0-9.]*(?:[eE][+-]?[0-9]+)?'),
                                lambda number: coalesce(isinf(try_cast(number as double)), true)
                            )) = 0
                    else true
                end
        end,
        false
    )
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
