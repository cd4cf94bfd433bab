{% macro percentile_minutes(share, expression) -%}
    {{ round_to_millis('percentile_cont(' ~ share ~ ') within group (order by ' ~ expression ~ ')') }}
{%- endmacro %}
