{% macro prune_change_log() %}
    {% if execute and flags.WHICH in ('run', 'build', 'retry') %}
        {% set rows = run_query(
            'select (select count(*) from ' ~ change_log() ~ ') + (select count(*) from ' ~ progress_log() ~ ')'
        ).columns[0].values()[0] | int %}
        {% if rows > var('change_log_rows') | int %}
            {% set worked_off, superseded = [], [] %}
            {% for row in run_query(
                'select changes.model, changes.affected_model,'
                ~ ' least(max(progress.change_number), max(latest.change_number) - 1)'
                ~ ' from ' ~ change_log() ~ ' as changes'
                ~ ' inner join ' ~ current_progress() ~ ' as progress'
                ~ ' on changes.affected_model = progress.model and changes.model = progress.upstream'
                ~ ' inner join ('
                ~ 'select model, max(change_number) as change_number from ' ~ change_log() ~ ' group by model) as latest'
                ~ ' on changes.model = latest.model group by changes.model, changes.affected_model'
            ).rows %}
                {% do worked_off.append(
                    "(model = '" ~ row[0] ~ "' and affected_model = '" ~ row[1]
                    ~ "' and change_number <= " ~ row[2] ~ ')'
                ) %}
            {% endfor %}
            {% for row in run_query('select model, upstream, step from ' ~ current_progress() ~ ' as progress').rows %}
                {% do superseded.append(
                    "(model = '" ~ row[0] ~ "' and upstream = '" ~ row[1] ~ "' and step < " ~ row[2] ~ ')'
                ) %}
            {% endfor %}
            {% if worked_off %}
                {% do run_query('delete from ' ~ change_log() ~ ' where ' ~ worked_off | join(' or ')) %}
            {% endif %}
            {% if superseded %}
                {% do run_query('delete from ' ~ progress_log() ~ ' where ' ~ superseded | join(' or ')) %}
            {% endif %}
        {% endif %}
    {% endif %}
{% endmacro %}
