{#-
    A percentile of minutes, interpolated between the two nearest orders and kept to a thousandth of a
    minute, so that what is stored is what orders are judged by.
-#}
{% macro percentile_minutes(share, expression) -%}
    {{ to_thousandths('percentile_cont(' ~ share ~ ') within group (order by ' ~ expression ~ ')') }}
{%- endmacro %}
