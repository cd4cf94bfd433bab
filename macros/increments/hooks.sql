{#- Before a model is built: its declaration is checked, and a build as a whole is announced to all that it affects. -#}
{% macro before_increment() %}
    {% if execute and replaces_partitions(model) and flags.WHICH in ('run', 'build', 'retry') %}
        {% do check_declaration() %}
        {% do log_increment() %}
        {#- Asked now, because the table will be there when tests ask what was replaced in it. -#}
        {% do known_in_this_run().update({'replaced': pending_increment()}) %}
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
    {% set pending, latest = read_pending(), logged_state().latest %}
    {% for upstream in unseen_upstreams(pending.fingerprints) + changed_seeds(pending.fingerprints) %}
        {% do latest.update({upstream: latest.get(upstream, 0) + 1}) %}
        {% do run_query(
            'insert into ' ~ change_log() ~ " select '" ~ upstream ~ "', " ~ latest[upstream] ~ ", '" ~ model.name
            ~ "', '*', cast(null as " ~ type_string() ~ ')'
        ) %}
    {% endfor %}
{% endmacro %}

{#- The load that a row of landed_lines came with: the number of the change that brought it. -#}
{% macro load_number() %}
    {% if not execute or flags.WHICH not in ('run', 'build', 'retry') %}{{ return(1) }}{% endif %}
    {% do known_in_this_run().update({'load_number': next_change_number()}) %}
    {{ return(next_change_number()) }}
{% endmacro %}

{% macro next_change_number() %}
    {{ return(logged_state().latest.get(model.name, 0) + 1) }}
{% endmacro %}

{#- After a model was built, in the same transaction where there is one: up to where it has seen each upstream. -#}
{% macro after_increment() %}
    {% if execute and replaces_partitions(model) and flags.WHICH in ('run', 'build', 'retry') and not reads_nothing() %}
        {% set fingerprints = {} %}
        {% for entry in increment_declaration().get('affected_by', []) %}
            {% do fingerprints.update({entry.model: declared_text(entry.model)}) %}
        {% endfor %}
        {% do fingerprints.update(seed_fingerprints()) %}
        {% set logged = logged_state() %}
        {% set rows = [] %}
        {% for upstream, fingerprint in fingerprints.items() %}
            {% set before = logged.seen.get(upstream, {'step': 0, 'change_number': -1, 'fingerprint': none}) %}
            {% set latest = logged.latest.get(upstream, 0) %}
            {% if before.change_number < latest or before.fingerprint != fingerprint %}
                {% do rows.append(
                    "('" ~ model.name ~ "', '" ~ upstream ~ "', " ~ (before.step + 1) ~ ', ' ~ latest ~ ', '
                    ~ text_literal(fingerprint) ~ ')'
                ) %}
            {% endif %}
        {% endfor %}
        {{ 'insert into ' ~ progress_log() ~ ' values ' ~ rows | join(', ') if rows }}
    {% endif %}
{% endmacro %}

{% macro current_progress() %}
    {{ return(
        '(select model, upstream, max(step) as step, max(change_number) as change_number, '
        ~ 'max_by(fingerprint, step) as fingerprint from ' ~ progress_log() ~ ' group by model, upstream)'
    ) }}
{% endmacro %}
