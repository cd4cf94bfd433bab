{% macro in_days(expression, days) -%}
    {%- if days is none -%}
        true
    {%- elif not days -%}
        false
    {%- else -%}
        {{ expression }} in ({% for day in days %}date '{{ day }}'{{ ', ' if not loop.last }}{% endfor %})
    {%- endif -%}
{%- endmacro %}

{% macro ts_in_days(expression, days) -%}
    {%- if not days -%}
        {{ in_days(expression, days) }}
    {%- else -%}
        {%- set after = modules.datetime.date.fromisoformat(days[-1]) + modules.datetime.timedelta(days=1) -%}
        {{ expression }} >= timestamp '{{ days[0] }} 00:00:00'
        and {{ expression }} < timestamp '{{ after.isoformat() }} 00:00:00'
        and {{ in_days('cast(' ~ expression ~ ' as date)', days) }}
    {%- endif -%}
{%- endmacro %}
