{% macro new_landed_files(landing, streamed_lines=none) %}
    {% if not execute or reads_nothing() %}{{ return([]) }}{% endif %}
    {% if landed_table(landing) %}{{ return(new_landed_windows(landing)) }}{% endif %}
    {% set landed = landed_in_this_run(landing) %}
    {% set building = flags.WHICH in ('run', 'build', 'retry') %}
    {% if building and not landed and is_landing_of_events(landing) %}
        {% do exceptions.warn(
            'Nothing has landed in ' ~ landing_path(landing) ~ ', so the tables are built empty. '
            ~ 'Land events with `make run`, or with `python -m generator canonical` '
            ~ 'followed by `python -m flows.replay run`.'
        ) %}
    {% endif %}
    {% if not is_incremental() %}
        {% set new = landed %}
        {% set case = 'full refresh' if load_cached_relation(this) is not none else 'first build' %}
    {% else %}
        {% set loaded = {} %}
        {% for row in run_query('select file, max(file_bytes) from ' ~ this ~ ' group by file').rows %}
            {% do loaded.update({row[0]: row[1]}) %}
        {% endfor %}
        {% if building %}{% do warn_of_changed_files(landed, loaded) %}{% endif %}
        {% if building and pending_increment().everything %}
            {% set new = landed %}
            {% set case = 'a seed that lines are judged by has changed' %}
        {% else %}
            {% set new = landed | rejectattr('file', 'in', loaded) | list %}
            {% set late = new and loaded and new[0].file < loaded | max %}
            {% set case = 'late file' if late else ('next window' if new else 'nothing new') %}
        {% endif %}
    {% endif %}
    {% set new = without_unread_files(new, streamed_lines) %}
    {% if building and (landed or is_landing_of_events(landing)) %}
        {% set counts = new | length ~ ' of ' ~ landed | length ~ ' landed files' %}
        {% do log(model.name ~ ': ' ~ case ~ ', ' ~ counts, info=true) %}
    {% endif %}
    {{ return(new) }}
{% endmacro %}

{#- Lines that are judged by a business that is not there would be rejected for good. -#}
{% macro refuse_to_judge_without_seeds() %}
    {% if execute and replaces_partitions(model) and flags.WHICH in ('run', 'build', 'retry') and not reads_nothing() %}
        {% set absent = [] %}
        {% for upstream in tables_behind(model) if upstream.resource_type == 'seed' %}
            {% if load_cached_relation(node_relation(upstream)) is none %}{% do absent.append(upstream.name) %}{% endif %}
        {% endfor %}
        {% if not absent %}
            {% for name, fingerprint in seed_fingerprints().items() if fingerprint.startswith('0:') %}{% do absent.append(name) %}{% endfor %}
        {% endif %}
        {% if absent %}
            {% do exceptions.raise_compiler_error(
                'Landed lines cannot be judged, so nothing is stored: of the seeds that they are judged by, '
                ~ absent | join(', ') ~ (' is' if absent | length == 1 else ' are')
                ~ ' missing or empty. Run `dbt seed`, or `dbt build`, which loads them first.'
            ) %}
        {% endif %}
    {% endif %}
{% endmacro %}

{% macro warn_of_changed_files(landed, loaded) %}
    {% set present = {} %}
    {% for file in landed %}{% do present.update({file.file: file.bytes}) %}{% endfor %}
    {% set missing, changed = [], [] %}
    {% for file, bytes in loaded.items() %}
        {% if file not in present %}
            {% do missing.append(file) %}
        {% elif bytes != present[file] %}
            {% do changed.append(file) %}
        {% endif %}
    {% endfor %}
    {% if missing %}
        {% do exceptions.warn(
            missing | length ~ ' loaded files are no longer in the landing (' ~ some_names(missing)
            ~ '): their lines stay in the tables until `dbt build --full-refresh`, which would drop them. '
            ~ 'Put the files back, or refresh if they were to go.'
        ) %}
    {% endif %}
    {% if changed %}
        {% do exceptions.warn(
            changed | length ~ ' landed files have another size than when they were loaded (' ~ some_names(changed)
            ~ '): a file is read once, so the change is in no table. Land what is new as a file of its own, '
            ~ 'or run `dbt build --full-refresh` to read all of them again.'
        ) %}
    {% endif %}
{% endmacro %}

{% macro some_names(names) %}
    {{ return((names | sort)[:3] | join(', ') ~ (', …' if names | length > 3 else '')) }}
{% endmacro %}

{% macro landed_file_sizes(files) %}
    {% if not files %}
        {{ return(
            'select cast(null as ' ~ type_string() ~ ') as file, cast(null as bigint) as file_bytes where false'
        ) }}
    {% endif %}
    {% set rows = [] %}
    {% for file in files %}
        {% do rows.append('(' ~ text_literal(file.file) ~ ', cast(' ~ file.bytes ~ ' as bigint))') %}
    {% endfor %}
    {{ return('select file, file_bytes from (values ' ~ rows | join(', ') ~ ') as sizes (file, file_bytes)') }}
{% endmacro %}
