{#- The files that have to be streamed and are not in the table, or are there with another size. -#}
{% macro unread_files(existing) %}
    {% set unread = [] %}
    {% if not reads_nothing() and not landed_table(source('landing', 'events')) %}
        {% set streamed = select_streamed(landed_in_this_run(source('landing', 'events'))) %}
        {% set read = read_files(existing) if streamed and existing is not none else [] %}
        {% for landed in streamed if (landed.file, landed.bytes | int) not in read %}{% do unread.append(landed) %}{% endfor %}
        {% if unread %}
            {% do log(model.name ~ ': ' ~ unread | length ~ ' of ' ~ streamed | length ~ ' streamed files', info=true) %}
        {% endif %}
    {% endif %}
    {{ return(unread) }}
{% endmacro %}

{#- Each file that was read, with the size that it had: one that has changed since is another one. -#}
{% macro read_files(streamed_lines) %}
    {% set read = [] %}
    {% for row in run_query('select distinct file, file_bytes from ' ~ streamed_lines).rows %}
        {% do read.append((row[0], row[1] | int)) %}
    {% endfor %}
    {{ return(read) }}
{% endmacro %}

{#- A landing is listed once in a run: what lands while it is built is the next run's. -#}
{% macro landed_in_this_run(landing) %}
    {% set known = known_of_this_run().landed %}
    {% if landing.identifier not in known %}
        {% do known.update({landing.identifier: those_to_be_built(landing, landed_files(landing))}) %}
    {% endif %}
    {{ return(known[landing.identifier]) }}
{% endmacro %}

{#- A long history is built in slices, while more of it lands (flows/backfill/). -#}
{% macro those_to_be_built(landing, files) %}
    {% set last = env_var('CASPERS_LANDED_UP_TO', '') %}
    {% if not last or not is_landing_of_events(landing) %}{{ return(files) }}{% endif %}
    {% set chosen = [] %}
    {% for landed in files if landed.file <= last %}{% do chosen.append(landed) %}{% endfor %}
    {{ return(chosen) }}
{% endmacro %}

{% macro select_streamed(files) %}
    {% set streamed = [] %}
    {% for landed in files if is_streamed(landed) %}{% do streamed.append(landed) %}{% endfor %}
    {{ return(streamed) }}
{% endmacro %}

{#- Files that are compressed or too large can be judged only when streamed_lines has read them. -#}
{% macro without_unread_files(files, streamed_lines) %}
    {% set streamed = select_streamed(files) %}
    {% if not streamed %}{{ return(files) }}{% endif %}
    {% if streamed_lines is none %}{{ return(without_unreadable_files(files, streamed)) }}{% endif %}
    {% set read, waiting = read_files(streamed_lines), [] %}
    {% for landed in streamed if (landed.file, landed.bytes | int) not in read %}{% do waiting.append(landed.file) %}{% endfor %}
    {% if waiting and flags.WHICH in ('run', 'build', 'retry') %}
        {% do exceptions.warn(
            waiting | length ~ ' landed files wait (' ~ some_names(waiting) ~ '): files that are compressed or very large are '
            ~ 'read by the model streamed_lines, which this build leaves out. Run `dbt build`, or select streamed_lines too.'
        ) %}
    {% endif %}
    {{ return(files | rejectattr('file', 'in', waiting) | list) }}
{% endmacro %}

{#- Only events come in such numbers that they are streamed. -#}
{% macro without_unreadable_files(files, streamed) %}
    {% set unreadable = streamed | map(attribute='file') | list %}
    {% if flags.WHICH in ('run', 'build', 'retry') %}
        {% do exceptions.warn(
            unreadable | length ~ ' landed files are not read by ' ~ model.name ~ ' (' ~ some_names(unreadable)
            ~ '): only files of events may be compressed or very large. Unpack or split them, under new names.'
        ) %}
    {% endif %}
    {{ return(files | rejectattr('file', 'in', unreadable) | list) }}
{% endmacro %}
