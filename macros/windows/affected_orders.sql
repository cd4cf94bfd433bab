{% macro affected_orders(lines) -%}
    select distinct order_id
    from {{ lines }}
    where rejection_code is null and load_number > {{ last_load(this) }}
{%- endmacro %}

{% macro affected_orders_span(lines) %}
    {% set span = run_query(
        'select min(first_ts), max(last_ts) from ('
        ~ 'select min(event_ts) as first_ts, max(event_ts) as last_ts from ' ~ lines
        ~ ' where rejection_code is null and load_number > ' ~ last_load(this)
        ~ ' union all select min(first_event_ts) as first_ts, max(last_event_ts) as last_ts from ' ~ this
        ~ ' where order_key in (select ' ~ hash64('order_id') ~ ' from (' ~ affected_orders(lines) ~ ') as affected)'
        ~ ') as spans'
    ).rows[0] %}
    {{ return({'first': span[0], 'last': span[1]}) }}
{% endmacro %}
