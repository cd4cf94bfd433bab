{#-
    The orders of which new lines have landed, as a query; with the columns an incremental model of
    orders needs. Duplicates count too: a line that was the first copy and no longer is changes its order.
-#}
{% macro touched_orders(lines) -%}
    select distinct order_id
    from {{ lines }}
    where rejection_reason is null and load_number > {{ last_load(this) }}
{%- endmacro %}

{#-
    The span of time in which all events of the touched orders lie: {'first', 'last'}, both null where no
    order is touched. Found from the new lines and from what this table knows of the same orders, so that
    the older events of an order are looked up in that span and not in all of history.
-#}
{% macro touched_orders_span(lines) %}
    {% set span = run_query(
        'select min(first_ts), max(last_ts) from ('
        ~ 'select min(event_ts) as first_ts, max(event_ts) as last_ts from ' ~ lines
        ~ ' where rejection_reason is null and load_number > ' ~ last_load(this)
        ~ ' union all select min(first_event_ts) as first_ts, max(last_event_ts) as last_ts from ' ~ this
        ~ ' where order_key in (select ' ~ short_hash('order_id') ~ ' from (' ~ touched_orders(lines) ~ ') as touched)'
        ~ ') as spans'
    ).rows[0] %}
    {{ return({'first': span[0], 'last': span[1]}) }}
{% endmacro %}
