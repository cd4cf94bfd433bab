{#- Before a model is built: its declaration is checked, and a build as a whole is announced to all that it affects. -#}
{% macro before_increment() %}
    {% if execute and replaces_partitions(model) and flags.WHICH in ('run', 'build', 'retry') %}
        {% do check_declaration() %}
        {% do log_increment() %}
        {% if not is_incremental() %}
            {% do announce_rebuild() %}
        {% elif model.language == 'python' %}
            {% do announce_what_python_cannot_see() %}
        {% endif %}
    {% endif %}
{% endmacro %}

{% macro announce_rebuild() %}
    {#- A row that is about no model uses the number up, so that the next change has one of its own. -#}
    {% set rows = ["select '' as affected_model"] %}
    {% for affected in affected_models() %}{% do rows.append("select '" ~ affected.model ~ "' as affected_model") %}{% endfor %}
    {% do run_query(
        'insert into ' ~ change_log() ~ " select '" ~ model.name ~ "', " ~ next_change_number() ~ ", affected_model, '*', "
        ~ 'cast(null as ' ~ type_string() ~ ') from (' ~ rows | join(' union ') ~ ') as affected'
    ) %}
{% endmacro %}

{% macro announce_what_python_cannot_see() %}
    {% set pending = read_pending() %}
    {% for upstream in unseen_upstreams(pending.fingerprints) + changed_seeds(pending.fingerprints) %}
        {% do run_query(
            'insert into ' ~ change_log() ~ " select '" ~ upstream ~ "', " ~ next_change_number(upstream) ~ ", '" ~ model.name
            ~ "', '*', cast(null as " ~ type_string() ~ ')'
        ) %}
    {% endfor %}
{% endmacro %}

{#- The load that a row of landed_lines came with: the number of the change that brought it. -#}
{% macro load_number() %}
    {{ return(next_change_number() if execute and flags.WHICH in ('run', 'build', 'retry') else 1) }}
{% endmacro %}

{% macro next_change_number(model_name=none) %}
    {{ return(run_query(
        'select coalesce(max(change_number), 0) + 1 from ' ~ change_log() ~ " where model = '" ~ (model_name or model.name) ~ "'"
    ).columns[0].values()[0] | int) }}
{% endmacro %}

{#- After a model was built, in the same transaction where there is one: up to where it has seen each upstream. -#}
{% macro after_increment() %}
    {% if execute and replaces_partitions(model) and flags.WHICH in ('run', 'build', 'retry') and not reads_nothing() %}
        {% set rows = [] %}
        {% for entry in increment_declaration().get('affected_by', []) %}
            {% do rows.append(
                "select '" ~ entry.model ~ "' as upstream, " ~ text_literal(declared_text(entry.model)) ~ ' as fingerprint'
            ) %}
        {% endfor %}
        {% for name, fingerprint in seed_fingerprints().items() %}
            {% do rows.append("select '" ~ name ~ "' as upstream, '" ~ fingerprint ~ "' as fingerprint") %}
        {% endfor %}
        {% if rows %}
            {#- Fetched first, because Delta Lake refuses concurrent appends of statements that read the table as well. -#}
            {% set seen = [] %}
            {% for row in run_query(
                'select upstreams.upstream, coalesce(progress.step, 0) + 1 as step, '
                ~ 'coalesce(latest.change_number, 0) as change_number, upstreams.fingerprint '
                ~ 'from (' ~ rows | unique | join(' union all ') ~ ') as upstreams '
                ~ 'left join (select model, max(change_number) as change_number from ' ~ change_log() ~ ' group by model) as latest '
                ~ 'on upstreams.upstream = latest.model '
                ~ 'left join ' ~ current_progress() ~ ' as progress '
                ~ "on progress.model = '" ~ model.name ~ "' and upstreams.upstream = progress.upstream "
                ~ 'where progress.upstream is null or progress.change_number < coalesce(latest.change_number, 0) '
                ~ 'or progress.fingerprint <> upstreams.fingerprint order by upstreams.upstream'
            ).rows %}
                {% do seen.append(
                    "('" ~ model.name ~ "', '" ~ row[0] ~ "', " ~ row[1] ~ ', ' ~ row[2] ~ ', ' ~ text_literal(row[3]) ~ ')'
                ) %}
            {% endfor %}
            {{ 'insert into ' ~ progress_log() ~ ' values ' ~ seen | join(', ') if seen }}
        {% endif %}
    {% endif %}
{% endmacro %}

{% macro current_progress() %}
    {{ return(
        '(select model, upstream, max(step) as step, max(change_number) as change_number, '
        ~ 'max_by(fingerprint, step) as fingerprint from ' ~ progress_log() ~ ' group by model, upstream)'
    ) }}
{% endmacro %}
