{% macro affected_days(upstream=none) %}
    {% if not execute or not is_incremental() or flags.WHICH == 'show' %}{{ return(none) }}{% endif %}
    {% set meta = config.get('meta') %}
    {% set since = last_load(this) %}
    {% set days = [] %}
    {% for upstream in meta['affected_by'] %}
        {% set rows = ref(upstream.model) %}
        {% set new_rows = 'from ' ~ rows ~ ' where load_number > ' ~ since %}
        {% set queries = [] %}
        {% if upstream.key is defined %}
            {% do queries.append(
                'select distinct ' ~ meta['partition_column'] ~ ' as day from ' ~ this
                ~ ' where ' ~ upstream.key ~ ' in (select ' ~ (upstream.upstream_key or upstream.key) ~ ' ' ~ new_rows ~ ')'
            ) %}
        {% endif %}
        {% if upstream.day is defined %}
            {% do queries.append('select distinct ' ~ upstream.day ~ ' as day ' ~ new_rows) %}
        {% endif %}
        {% if upstream.delete_missing %}
            {% do queries.append(
                'select distinct ' ~ meta['partition_column'] ~ ' as day from ' ~ this
                ~ (' where ' ~ upstream.delete_missing if upstream.delete_missing is string else '')
                ~ ' except select distinct ' ~ upstream.day ~ ' as day from ' ~ rows
            ) %}
        {% endif %}
        {% for query in queries %}
            {% set affected = run_query('select day from (' ~ query ~ ') as affected where day is not null') %}
            {% for row in affected.rows %}
                {% for offset in range((upstream.days_after or 0) | int + 1) %}
                    {% set day = (row[0] + modules.datetime.timedelta(days=offset)).isoformat() %}
                    {% if day not in days %}{% do days.append(day) %}{% endif %}
                {% endfor %}
            {% endfor %}
        {% endfor %}
    {% endfor %}
    {{ return(days | sort) }}
{% endmacro %}
