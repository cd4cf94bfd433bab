{% macro is_json_object(expression, usual_keys=[]) %}
    {{ return(adapter.dispatch('is_json_object')(expression, usual_keys)) }}
{% endmacro %}

{#-
    DuckDB's parser also takes NaN, infinities, numbers beyond every double, a comma before a closing bracket, and a key
    that occurs twice. What could be one of the first four is looked for in the text, where a value begins, and only where
    it is found once more without the strings. Keys that are the usual ones, in their order, occur once each.
-#}
{% macro duckdb__is_json_object(expression, usual_keys) -%}
    {%- set without_strings = "regexp_replace(" ~ expression ~ ", '\"(?:[^\"\\\\]|\\\\.)*\"', '\"\"', 'g')" -%}
    {%- set keys = 'json_keys(' ~ expression ~ ')' -%}
    {%- set occur_once = 'len(' ~ keys ~ ') = len(list_distinct(' ~ keys ~ '))' -%}
    coalesce(
        case
            when json_valid({{ expression }}) then
                case when starts_with({{ expression }}, '{') then true else json_type({{ expression }}) = 'OBJECT' end
                {%- if usual_keys %}
                and case when {{ keys }} = ['{{ usual_keys | join("', '") }}'] then true else {{ occur_once }} end
                {%- else %}
                and {{ occur_once }}
                {%- endif %}
                and case
                    when regexp_matches(
                        {{ expression }}, '(?i)[:,\[]\s*-?(?:nan|inf|[0-9][0-9.]*(?:[0-9]{39}|e[+]?[0-9]{3}))|,\s*[\]}]'
                    )
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
{% macro spark__is_json_object(expression, usual_keys) -%}
    coalesce(
        {{ expression }} rlike '^[ \t\r\n]*[{]'
        and try_variant_get(try_parse_json(concat('[', {{ expression }}, ',"end"]')), '$[1]', 'string') = 'end',
        false
    )
{%- endmacro %}
