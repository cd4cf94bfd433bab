{#-
    The days that this run has to make anew: a sorted list of 'yyyy-MM-dd', or none for "all of them"
    (first build, full refresh, and `dbt show`, which is to show the table and not
    what is new in it). A model says in `meta` how its days are touched:

        replaces    the day expression of its own rows
        moves       true where a row can come to stand on a day that is not among the touched ones
        touched_by  a list, one entry per model that it is made from:
            model       the model's name
            day         the day, in that model, of the rows here that its rows touch; or
            key         a column here: touched are the days on which that key stands here today
            key_there   the same in that model, where it is not called alike
            days_after  how many days after the touched one are touched as well (a trailing window)
            complete    the model's days are all the days there can be: a day that has gone from it
                        has to go from here too; or a condition, for the rows here of which that is so

    Both the model and the strategy `replace_touched` ask this macro, so what is deleted is what was
    made anew.
-#}
{% macro touched_days(upstream=none) %}
    {% if not execute or not is_incremental() or flags.WHICH == 'show' %}{{ return(none) }}{% endif %}
    {% set meta = config.get('meta') %}
    {% set since = last_load(this) %}
    {% set days = [] %}
    {% for upstream in meta['touched_by'] %}
        {% set rows = ref(upstream.model) %}
        {% set new_rows = 'from ' ~ rows ~ ' where load_number > ' ~ since %}
        {% set queries = [] %}
        {% if upstream.key is defined %}
            {% do queries.append(
                'select distinct ' ~ meta['replaces'] ~ ' as day from ' ~ this
                ~ ' where ' ~ upstream.key ~ ' in (select ' ~ (upstream.key_there or upstream.key) ~ ' ' ~ new_rows ~ ')'
            ) %}
        {% endif %}
        {% if upstream.day is defined %}
            {% do queries.append('select distinct ' ~ upstream.day ~ ' as day ' ~ new_rows) %}
        {% endif %}
        {% if upstream.complete %}
            {% do queries.append(
                'select distinct ' ~ meta['replaces'] ~ ' as day from ' ~ this
                ~ (' where ' ~ upstream.complete if upstream.complete is string else '')
                ~ ' except select distinct ' ~ upstream.day ~ ' as day from ' ~ rows
            ) %}
        {% endif %}
        {% for query in queries %}
            {% set touched = run_query('select day from (' ~ query ~ ') as touched where day is not null') %}
            {% for row in touched.rows %}
                {% for offset in range((upstream.days_after or 0) | int + 1) %}
                    {% set day = (row[0] + modules.datetime.timedelta(days=offset)).isoformat() %}
                    {% if day not in days %}{% do days.append(day) %}{% endif %}
                {% endfor %}
            {% endfor %}
        {% endfor %}
    {% endfor %}
    {{ return(days | sort) }}
{% endmacro %}
