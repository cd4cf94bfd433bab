{#-
    A condition: the time lies in the span of all events of the affected orders, so that the older events of an order are
    looked up in that span and not in all of history. The span comes from the lines of the loads that are new here, and
    from what this table knows of the same orders.
-#}
{% macro is_in_affected_span(column) %}
    {% if pending_increment().everything %}{{ return('true') }}{% endif %}
    {% set span = run_query(
        'select min(first_ts), max(last_ts) from ('
        ~ 'select min(event_ts) as first_ts, max(event_ts) as last_ts from ' ~ ref('landed_lines')
        ~ ' where rejection_code is null and load_number > coalesce((select change_number from ' ~ current_progress()
        ~ " as progress where model = '" ~ model.name ~ "' and upstream = 'landed_lines'), 0)"
        ~ ' union all select min(first_event_ts) as first_ts, max(last_event_ts) as last_ts from ' ~ this
        ~ ' where order_key in (' ~ affected_keys() ~ ')) as spans'
    ).rows[0] %}
    {% if span[0] is none %}{{ return('false') }}{% endif %}
    {{ return(column ~ " between timestamp '" ~ span[0] ~ "' and timestamp '" ~ span[1] ~ "'") }}
{% endmacro %}
