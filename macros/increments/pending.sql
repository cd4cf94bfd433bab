{% macro pending_increment() %}
    {% if not execute or not is_incremental() or flags.WHICH not in ('run', 'build', 'retry') %}
        {{ return({'everything': true, 'partitions': []}) }}
    {% endif %}
    {% if reads_nothing() %}{{ return({'everything': false, 'partitions': []}) }}{% endif %}
    {% set known = known_in_this_run() %}
    {% if 'increment' not in known %}{% do known.update({'increment': find_pending_increment()}) %}{% endif %}
    {{ return(known.increment) }}
{% endmacro %}

{#-
    What was found out about this model in this run of dbt, so that the warehouse is asked once: what is pending for a
    model does not change between its compilation and its end. The graph is all that the two have in common.
-#}
{% macro known_in_this_run() %}
    {{ return(known_of_this_run().models.setdefault(model.unique_id, {})) }}
{% endmacro %}

{% macro known_of_this_run() %}
    {% set run = graph.get('known_of_increments') %}
    {% if not run or run.invocation_id != invocation_id %}
        {% set run = {'invocation_id': invocation_id, 'models': {}, 'seeds': {}, 'landed': {}} %}
        {% do graph.update({'known_of_increments': run}) %}
    {% endif %}
    {{ return(run) }}
{% endmacro %}

{#- With `--empty` every upstream relation is empty to a model: rows would be replaced by nothing. -#}
{% macro reads_nothing() %}
    {{ return(invocation_args_dict.get('empty') in (true, 'True', 'true')) }}
{% endmacro %}

{% macro find_pending_increment() %}
    {% set nothing_known = {'everything': true, 'partitions': []} %}
    {% set pending = read_pending() %}
    {% if pending.everything or unseen_upstreams(pending.fingerprints) or changed_seeds(pending.fingerprints) %}
        {{ return(nothing_known) }}
    {% endif %}
    {% set declaration = increment_declaration() %}
    {% set partitions = pending.partitions %}
    {% if pending.lookups %}
        {% set partitions = partitions + run_query(
            'select distinct cast(' ~ declaration.partition_column ~ ' as ' ~ type_string() ~ ') from ' ~ this
            ~ ' where ' ~ pending.lookups | join(' or ')
        ).columns[0].values() | list %}
    {% endif %}
    {{ return({'everything': false, 'partitions': partitions | unique | sort}) }}
{% endmacro %}

{#-
    All that the log says about this model, by one query that is asked once, before anything is built: what is pending,
    up to where it has seen each upstream, which models it affects, the latest change of itself and each upstream, and the
    newest day that its table holds.
    What is written to the log while the model is built has a later number, and stays pending.
-#}
{% macro logged_state() %}
    {% set known = known_in_this_run() %}
    {% if 'logged' not in known %}{% do known.update({'logged': read_logged_state()}) %}{% endif %}
    {{ return(known.logged) }}
{% endmacro %}

{% macro read_logged_state() %}
    {% set declaration = increment_declaration() %}
    {% set numbered = [model.name] %}
    {% for upstream in tables_behind(model) if upstream.name not in numbered %}{% do numbered.append(upstream.name) %}{% endfor %}
    {% set columns = ', cast(null as bigint) as step, cast(null as bigint) as change_number from ' %}
    {% set pending, looked_up, seen, affected, latest, newest = [], [], {}, [], {}, [] %}
    {% set is_fetched = "(key_name in ('partition', '*') or key_value like '____-__-__')" %}
    {% for row in run_query(
        "select 'pending' as kind, key_name as name, key_value as content" ~ columns ~ pending_changes()
        ~ " where model = '" ~ model.name ~ "' and " ~ is_fetched
        ~ (" and key_name <> 'partition'" if declaration.get('key_column'))
        ~ " union all select distinct 'looked_up', key_name, null" ~ columns ~ pending_changes()
        ~ " where model = '" ~ model.name ~ "' and not " ~ is_fetched
        ~ " union all select 'seen', upstream, fingerprint, step, change_number from " ~ current_progress() ~ " as progress"
        ~ " where model = '" ~ model.name ~ "'"
        ~ " union all select 'affected', model, fingerprint" ~ columns ~ current_progress() ~ " as progress"
        ~ " where upstream = '" ~ model.name ~ "'"
        ~ " union all select 'latest', model, null, null, max(change_number) from " ~ change_log()
        ~ " where model in ('" ~ numbered | join("', '") ~ "') group by model"
        ~ (" union all select 'newest', null, cast(max(" ~ declaration.partition_column ~ ') as ' ~ type_string()
        ~ '), null, null from ' ~ this if is_incremental() and 'affected_by' in declaration and 'partition_column' in declaration)
    ).rows %}
        {% if row[0] == 'pending' %}{% do pending.append((row[1], row[2])) %}
        {% elif row[0] == 'looked_up' %}{% do looked_up.append(row[1]) %}
        {% elif row[0] == 'seen' %}
            {% do seen.update({row[1]: {'fingerprint': row[2], 'step': row[3] | int, 'change_number': row[4] | int}}) %}
        {% elif row[0] == 'affected' %}{% do affected.append((row[1], row[2])) %}
        {% elif row[0] == 'newest' %}{% do newest.append(row[2]) %}
        {% else %}{% do latest.update({row[1]: row[4] | int}) %}
        {% endif %}
    {% endfor %}
    {{ return({
        'pending': pending, 'looked_up': looked_up | sort, 'seen': seen, 'affected': affected | sort, 'latest': latest, 'newest': newest | first
    }) }}
{% endmacro %}

{% macro read_pending() %}
    {% set logged = logged_state() %}
    {% set found = {'everything': false, 'partitions': [], 'lookups': [], 'fingerprints': {}} %}
    {% set values = {} %}
    {% for name, value in logged.pending %}
        {% if name == '*' %}{% do found.update({'everything': true}) %}
        {% elif name == 'partition' %}{% do found.partitions.append(value) %}
        {% else %}{% do values.setdefault(name, []).append(value) %}
        {% endif %}
    {% endfor %}
    {% for upstream, seen in logged.seen.items() %}{% do found.fingerprints.update({upstream: seen.fingerprint}) %}{% endfor %}
    {% for column, days in values.items() %}{% do found.lookups.append(among(column, days)) %}{% endfor %}
    {% for column in logged.looked_up %}{% do found.lookups.append(among_pending(column)) %}{% endfor %}
    {{ return(found) }}
{% endmacro %}

{#-
    The value of a column is one that is pending to be looked up there. Days are few and are said one by one, because
    engines skip by them; of keys there are as many as orders or people have changed.
-#}
{% macro among_pending(column) %}
    {% set type = (model.columns.get(column) or {}).get('data_type') %}
    {{ return(
        (column if type else 'cast(' ~ column ~ ' as ' ~ type_string() ~ ')') ~ ' in (select '
        ~ ('try_cast(key_value as ' ~ type ~ ')' if type else 'key_value') ~ ' from ' ~ pending_changes()
        ~ " where model = '" ~ model.name ~ "' and key_name = '" ~ column ~ "')"
    ) }}
{% endmacro %}

{#- Upstream models that this one was never built from, or of which it said something else then. -#}
{% macro unseen_upstreams(fingerprints) %}
    {% set unseen = [] %}
    {% for entry in increment_declaration().get('affected_by', [])
        if fingerprints.get(entry.model) != declared_text(entry.model) and entry.model not in unseen %}
        {% do unseen.append(entry.model) %}
    {% endfor %}
    {{ return(unseen) }}
{% endmacro %}

{% macro changed_seeds(fingerprints) %}
    {% set changed = [] %}
    {% for name, fingerprint in seed_fingerprints().items() if fingerprints.get(name) != fingerprint %}
        {% do changed.append(name) %}
    {% endfor %}
    {{ return(changed) }}
{% endmacro %}

{#- The content of each seed behind this model, asked once in a run: whoever reads a seed is built after it. -#}
{% macro seed_fingerprints() %}
    {% set known = known_of_this_run().seeds %}
    {% set seeds = tables_behind(model) | selectattr('resource_type', 'equalto', 'seed') | list %}
    {% set queries = [] %}
    {% for seed in seeds if seed.name not in known %}
        {% do queries.append("select '" ~ seed.name ~ "' as seed, " ~ content_fingerprint(node_relation(seed))) %}
    {% endfor %}
    {% if queries %}
        {% for row in run_query(queries | join(' union all ')).rows %}{% do known.update({row[0]: row[1]}) %}{% endfor %}
    {% endif %}
    {% set found = {} %}
    {% for seed in seeds %}{% do found.update({seed.name: known[seed.name]}) %}{% endfor %}
    {{ return(found) }}
{% endmacro %}

{% macro node_relation(node) %}
    {{ return(api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias)) }}
{% endmacro %}

{% macro is_affected(expression, days_before=0) %}
    {% set pending = pending_increment() %}
    {% if pending.everything %}{{ return('true') }}{% endif %}
    {% if increment_declaration().get('key_column') and not reads_nothing() %}
        {{ return(expression ~ ' in (' ~ affected_keys() ~ ')') }}
    {% endif %}
    {{ return(among(expression, with_days_before(pending.partitions, days_before))) }}
{% endmacro %}

{% macro is_affected_timestamp(column) %}
    {% set pending = pending_increment() %}
    {{ return('true' if pending.everything else among_days(column, pending.partitions)) }}
{% endmacro %}

{#- The day of a timestamp is one of these. Its bounds are said as well, because engines skip by the stored column. -#}
{% macro among_days(column, days) %}
    {% if not days %}{{ return('false') }}{% endif %}
    {% set after = modules.datetime.date.fromisoformat(days[-1]) + modules.datetime.timedelta(days=1) %}
    {{ return(
        column ~ ' >= ' ~ start_of_day(days[0]) ~ ' and ' ~ column ~ ' < ' ~ start_of_day(after.isoformat())
        ~ ' and ' ~ among('cast(' ~ column ~ ' as date)', days)
    ) }}
{% endmacro %}

{% macro start_of_day(day) %}
    {{ return("timestamp '" ~ day ~ " 00:00:00'") }}
{% endmacro %}

{#- The keys of other models are days: an engine may cast a value before it looks whose it is. -#}
{% macro affected_keys() %}
    {{ return(
        'select distinct try_cast(key_value as bigint) from ' ~ pending_changes() ~ " where model = '" ~ model.name
        ~ "' and key_name = 'partition'"
    ) }}
{% endmacro %}

{% macro with_days_before(days, days_before) %}
    {% set extended = [] %}
    {% for day in days %}
        {% for offset in range(days_before + 1) %}
            {% if days_before %}
                {% do extended.append((modules.datetime.date.fromisoformat(day) - modules.datetime.timedelta(days=offset)).isoformat()) %}
            {% else %}
                {% do extended.append(day) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {{ return(extended | unique | sort) }}
{% endmacro %}

{% macro among(expression, values) %}
    {% if not values %}{{ return('false') }}{% endif %}
    {% set literals = [] %}
    {% for value in values %}{% do literals.append(partition_literal(value)) %}{% endfor %}
    {{ return(expression ~ ' in (' ~ literals | join(', ') ~ ')') }}
{% endmacro %}

{% macro partition_literal(value) %}
    {% if modules.re.fullmatch('\\d{4}-\\d{2}-\\d{2}', value) %}{{ return("date '" ~ value ~ "'") }}{% endif %}
    {% if modules.re.fullmatch('-?\\d{1,19}', value) %}{{ return(value) }}{% endif %}
    {{ return(text_literal(value)) }}
{% endmacro %}
