{% macro is_json_object(expression, usual_forms=[]) %}
    {{ return(adapter.dispatch('is_json_object')(expression, usual_forms)) }}
{% endmacro %}

{#-
    DuckDB's parser also takes NaN, infinities, numbers beyond every double, a comma before a closing bracket, and a key
    that occurs twice. What could be one of the first four is looked for in the text, where a value begins, and only where
    it is found once more without the strings. A text that has a usual form has none of these, and one pattern sees it.
-#}
{% macro duckdb__is_json_object(expression, usual_forms) -%}
    {%- set without_strings = "regexp_replace(" ~ expression ~ ", '\"(?:[^\"\\\\]|\\\\.)*\"', '\"\"', 'g')" -%}
    {%- set keys = 'json_keys(' ~ expression ~ ')' -%}
    coalesce(
        case
            {%- if usual_forms %}
            when regexp_full_match({{ expression }}, {{ text_literal(duckdb_json_pattern(usual_forms)) }}) then true
            {%- endif %}
            when json_valid({{ expression }}) then
                case when starts_with({{ expression }}, '{') then true else json_type({{ expression }}) = 'OBJECT' end
                and len({{ keys }}) = len(list_distinct({{ keys }}))
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
    A pattern of texts that are surely JSON, of the given forms: keys in their order, no blank between them, no number
    that could be too large. What else is JSON has to be parsed.
-#}
{% macro duckdb_json_pattern(forms) %}
    {% set patterns = [] %}
    {% for form in forms %}{% do patterns.append(duckdb_json_pattern_of(form)) %}{% endfor %}
    {{ return(patterns | join('|')) }}
{% endmacro %}

{% macro duckdb_json_pattern_of(form) %}
    {% if form is mapping %}
        {% set fields = [] %}
        {% for name, inner in form.items() %}{% do fields.append('"' ~ name ~ '":' ~ duckdb_json_pattern_of(inner)) %}{% endfor %}
        {{ return('\\{' ~ fields | join(',') ~ '\\}') }}
    {% elif form is not string %}
        {% set element = duckdb_json_pattern_of(form[0]) %}
        {{ return('\\[(?:' ~ element ~ '(?:,' ~ element ~ ')*)?\\]') }}
    {% elif form == 'VARCHAR' %}
        {{ return('"(?:[^"\\\\\\x00-\\x1f]|\\\\["\\\\/bfnrt])*"') }}
    {% endif %}
    {{ return('-?(?:0|[1-9][0-9]{0,14})(?:[.][0-9]+)?') }}
{% endmacro %}

{#-
    The parser reads one value and does not look at what follows it. So the text is parsed as the first of
    two elements: only where it is exactly one value is the second one found where it belongs.
-#}
{% macro spark__is_json_object(expression, usual_forms) -%}
    coalesce(
        {{ expression }} rlike '^[ \t\r\n]*[{]'
        and try_variant_get(try_parse_json(concat('[', {{ expression }}, ',"end"]')), '$[1]', 'string') = 'end',
        false
    )
{%- endmacro %}
