{% macro is_in_affected_span(column) %}
    {% if pending_increment().everything %}{{ return('true') }}{% endif %}
    {% set seen = logged_state().seen.get('landed_lines', {'change_number': 0}).change_number %}
    {{ return(in_span_of(column,
        'select min(event_ts) as first_ts, max(event_ts) as last_ts from ' ~ ref('landed_lines')
        ~ ' where rejection_code is null and load_number > ' ~ seen
        ~ ' union all select min(first_event_ts) as first_ts, max(last_event_ts) as last_ts from ' ~ this
        ~ ' where order_key in (' ~ affected_keys() ~ ')'
    )) }}
{% endmacro %}

{% macro in_span_of(column, spans) %}
    {% set span = run_query('select min(first_ts), max(last_ts) from (' ~ spans ~ ') as spans').rows[0] %}
    {% if span[0] is none %}{{ return('false') }}{% endif %}
    {{ return(column ~ " between timestamp '" ~ span[0] ~ "' and timestamp '" ~ span[1] ~ "'") }}
{% endmacro %}
