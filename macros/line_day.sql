{#- The day on which a landed line counts: its own, else that of its file's arrival, else a day of nothing. -#}
{% macro line_day() -%}
    coalesce(cast(event_ts as date), cast(arrived_ts as date), date '1970-01-01')
{%- endmacro %}
