{% macro exact_minutes(expression, parts=1) -%}
    cast(
        cast({{ whole_quotient('(' ~ expression ~ ') + ' ~ 30 * parts, 60 * parts) }} as decimal(12, 0))
        * cast(0.001 as decimal(4, 3)) as decimal(12, 3)
    )
{%- endmacro %}

{% macro average_minutes(milliseconds) -%}
    cast(
        cast({{ whole_quotient(
            'cast(sum(' ~ milliseconds ~ ') as bigint) + 30 * count(' ~ milliseconds ~ ')',
            'nullif(60 * count(' ~ milliseconds ~ '), 0)'
        ) }} as decimal(12, 0)) * cast(0.001 as decimal(4, 3)) as decimal(12, 3)
    )
{%- endmacro %}
