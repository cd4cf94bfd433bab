{#- A landing may be a Delta table that a Spark stream writes (flows/stream.py): `delta:` and its path or name. -#}
{% macro landed_table(landing) %}
    {% set named = named_landing_path(landing) %}
    {% if not named.startswith('delta:') %}{{ return('') }}{% endif %}
    {% if not is_landing_of_events(landing) %}
        {% do exceptions.raise_compiler_error(
            'The landing ' ~ landing.identifier ~ ' is ' ~ named ~ ', but only events may be in a Delta table: name a folder.'
        ) %}
    {% endif %}
    {{ return(adapter.dispatch('delta_table_sql')(named[6:])) }}
{% endmacro %}

{% macro default__delta_table_sql(place) %}
    {% do exceptions.raise_compiler_error(
        'The events are in the Delta table ' ~ place ~ ', which DuckDB cannot read without an extension: build with '
        ~ '`--target spark` or `--target databricks`, or land files (`python -m flows.replay run`) and name their folder in '
        ~ 'CASPERS_LANDING.'
    ) %}
{% endmacro %}

{% macro spark__delta_table_sql(place) %}
    {% if '/' in place and '`' not in place %}{{ return('delta.`' ~ place ~ '`') }}{% endif %}
    {% if not modules.re.fullmatch('[A-Za-z0-9_]+([.][A-Za-z0-9_]+){0,2}', place) %}
        {% do exceptions.raise_compiler_error(
            'The landing delta:' ~ place ~ ' is neither a path nor the name of a table: write a path with a slash, or '
            ~ 'catalog.schema.table.'
        ) %}
    {% endif %}
    {{ return('`' ~ place | replace('.', '`.`') ~ '`') }}
{% endmacro %}

{#-
    The lines of windows that are rows of a Delta table. Windows follow each other, so first and last say which; and Delta
    skips the files that hold others. The order is that of the replay but for events of one millisecond.
-#}
{% macro spark_read_windows(windows) %}
    select
        file_sizes.file,
        cast(row_number() over (partition by landed_window order by ts, order_id, sequence, event_id) as bigint) as line_number,
        to_json(named_struct(
            'event_id', event_id, 'event_type', event_type, 'ts', ts, 'location_id', location_id,
            'order_id', order_id, 'sequence', sequence, 'body', body
        )) as line,
        cast(null as string) as rejection_code,
        file_sizes.file_bytes
    from {{ windows[0].table }} as events
    inner join ({{ landed_file_sizes(windows) }}) as file_sizes on concat(events.landed_window, '.jsonl') = file_sizes.file
    where landed_window between '{{ windows[0].window }}' and '{{ windows[-1].window }}'
{% endmacro %}
