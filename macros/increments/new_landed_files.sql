{% macro new_landed_files(landing) %}
    {% if not execute %}{{ return([]) }}{% endif %}
    {% set landed = landed_files(landing) %}
    {% if flags.WHICH in ('run', 'build', 'retry') and not landed %}
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
        {% set loaded = run_query('select distinct file from ' ~ this).columns[0].values() | list %}
        {% set new = landed | rejectattr('file', 'in', loaded) | list %}
        {% if not new %}
            {% set case = 'nothing new' %}
        {% elif loaded and new[0].file < loaded | max %}
            {% set case = 'late file' %}
        {% else %}
            {% set case = 'next window' %}
        {% endif %}
    {% endif %}
    {% if flags.WHICH in ('run', 'build', 'retry') %}
        {% do log(model.name ~ ': ' ~ case ~ ', ' ~ new | length ~ ' of ' ~ landed | length ~ ' landed files', info=true) %}
    {% endif %}
    {{ return(new) }}
{% endmacro %}
