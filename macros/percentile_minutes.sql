{#- Whole numbers all the way, so that an exact half is one on every engine. -#}
{% macro percentile_minutes(percent, expression) -%}
    {%- set milliseconds = 'cast(round(' ~ expression ~ ' * 60000) as bigint)' -%}
    {%- set ordered = 'array_sort(array_agg(' ~ milliseconds ~ ') filter (where ' ~ expression ~ ' is not null))' -%}
    {%- set place = '(count(' ~ expression ~ ') - 1) * ' ~ percent -%}
    {%- set below = list_element(ordered, whole_quotient(place, 100)) -%}
    {%- set above = list_element(ordered, whole_quotient(place ~ ' + 99', 100)) -%}
    {{ exact_minutes(below ~ ' * 100 + (' ~ above ~ ' - ' ~ below ~ ') * ((' ~ place ~ ') % 100)', 100) }}
{%- endmacro %}
