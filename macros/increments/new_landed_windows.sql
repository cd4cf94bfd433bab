{#-
    The windows of a Delta table that this table does not hold yet, as landed files. A stream only appends, one window after
    the other: what is new comes after what is loaded, and nothing else is looked at.
-#}
{% macro new_landed_windows(landing) %}
    {% set table = landed_table(landing) %}
    {% set building = flags.WHICH in ('run', 'build', 'retry') %}
    {% set reached = none %}
    {% if not is_incremental() %}
        {% set case = 'full refresh' if load_cached_relation(this) is not none else 'first build' %}
    {% elif building and pending_increment().everything %}
        {% set case = 'a seed that lines are judged by has changed' %}
    {% else %}
        {% set reached = run_query(
            'select max(landed_window) from ' ~ this ~ " where landed_window like 'window-%'"
        ).columns[0].values()[0] %}
        {% set case = 'next window' %}
    {% endif %}
    {% set condition = " where landed_window > '" ~ reached ~ "'" if reached else '' %}
    {% set windows = [] %}
    {% for row in run_query(
        'select landed_window, count(*) as landed_rows from ' ~ table ~ condition
        ~ ' group by landed_window order by landed_window'
    ).rows %}
        {% do windows.append({'file': row[0] ~ '.jsonl', 'path': table, 'bytes': row[1] | int, 'window': row[0], 'table': table}) %}
    {% endfor %}
    {% do check_windows_follow(table, reached, windows) %}
    {% if building %}
        {% if not windows and not reached %}
            {% do exceptions.warn(
                'Nothing has landed in ' ~ table ~ ', so the tables are built empty. Stream events into it with '
                ~ '`python -m flows.stream`.'
            ) %}
        {% endif %}
        {% do log(
            model.name ~ ': ' ~ (case if windows or not reached else 'nothing new') ~ ', ' ~ windows | length
            ~ ' windows of ' ~ table, info=true
        ) %}
    {% endif %}
    {{ return(windows) }}
{% endmacro %}

{#- A gap or an overlap would be there for good: of another stream, or because rows of the table were deleted. -#}
{% macro check_windows_follow(table, reached, windows) %}
    {% set form = 'window-([0-9]{18})-([0-9]{18})' %}
    {% set before = {'window': reached, 'last': -1} %}
    {% if reached %}
        {% set known = modules.re.fullmatch(form, reached) %}
        {% do before.update({'last': known.group(2) | int if known else -2}) %}
    {% endif %}
    {% for landed in windows %}
        {% set found = modules.re.fullmatch(form, landed.window) %}
        {% if not found or found.group(1) | int != before.last + 1 %}
            {% do exceptions.raise_compiler_error(
                landed.window ~ ' in ' ~ table ~ ' does not follow '
                ~ (before.window ~ ', which is loaded' if before.window else 'the beginning of a stream')
                ~ ': the table is of another stream, or rows of it were deleted. Name the table of the stream that the tables '
                ~ 'began with, or read this one from its beginning with `dbt build --full-refresh`.'
            ) %}
        {% endif %}
        {% do before.update({'window': landed.window, 'last': found.group(2) | int}) %}
    {% endfor %}
{% endmacro %}
