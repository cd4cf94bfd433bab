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
    {% set run = graph.get('known_of_increments') %}
    {% if not run or run.invocation_id != invocation_id %}
        {% set run = {'invocation_id': invocation_id, 'models': {}} %}
        {% do graph.update({'known_of_increments': run}) %}
    {% endif %}
    {{ return(run.models.setdefault(model.unique_id, {})) }}
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

{% macro read_pending() %}
    {% set by_key = increment_declaration().get('key_column') %}
    {% set rows = run_query(
        "select key_name, key_value, cast(null as " ~ type_string() ~ ") as fingerprint from " ~ pending_changes()
        ~ " where model = '" ~ model.name ~ "'" ~ (" and key_name <> 'partition'" if by_key)
        ~ " union all select 'seen', upstream, fingerprint from " ~ current_progress() ~ " as progress"
        ~ " where model = '" ~ model.name ~ "'"
    ).rows %}
    {% set found = {'everything': false, 'partitions': [], 'lookups': [], 'fingerprints': {}} %}
    {% set values = {} %}
    {% for row in rows %}
        {% if row[0] == '*' %}{% do found.update({'everything': true}) %}
        {% elif row[0] == 'seen' %}
            {% do found.fingerprints.update({row[1]: row[2]}) %}
        {% elif row[0] == 'partition' %}{% do found.partitions.append(row[1]) %}
        {% else %}{% do values.setdefault(row[0], []).append(row[1]) %}
        {% endif %}
    {% endfor %}
    {% for column, keys in values.items() %}{% do found.lookups.append(among(column, keys)) %}{% endfor %}
    {{ return(found) }}
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

{% macro seed_fingerprints() %}
    {% set known = known_in_this_run() %}
    {% if 'seeds' not in known %}{% do known.update({'seeds': find_seed_fingerprints()}) %}{% endif %}
    {{ return(known.seeds) }}
{% endmacro %}

{% macro find_seed_fingerprints() %}
    {% set queries = [] %}
    {% for upstream in tables_behind(model) if upstream.resource_type == 'seed' %}
        {% do queries.append(
            "select '" ~ upstream.name ~ "' as seed, " ~ content_fingerprint(node_relation(upstream))
        ) %}
    {% endfor %}
    {% if not queries %}{{ return({}) }}{% endif %}
    {% set found = {} %}
    {% for row in run_query(queries | join(' union all ')).rows %}{% do found.update({row[0]: row[1]}) %}{% endfor %}
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

{#- The same for the day of a timestamp; its bounds are said as well, because engines skip by the stored column. -#}
{% macro is_affected_timestamp(column) %}
    {% set pending = pending_increment() %}
    {% if pending.everything %}{{ return('true') }}{% endif %}
    {% if not pending.partitions %}{{ return('false') }}{% endif %}
    {% set after = modules.datetime.date.fromisoformat(pending.partitions[-1]) + modules.datetime.timedelta(days=1) %}
    {{ return(
        column ~ ' >= ' ~ start_of_day(pending.partitions[0]) ~ ' and ' ~ column ~ ' < ' ~ start_of_day(after.isoformat())
        ~ ' and ' ~ among('cast(' ~ column ~ ' as date)', pending.partitions)
    ) }}
{% endmacro %}

{% macro start_of_day(day) %}
    {{ return("timestamp '" ~ day ~ " 00:00:00'") }}
{% endmacro %}

{% macro affected_keys() %}
    {{ return(
        'select distinct cast(key_value as bigint) from ' ~ pending_changes() ~ " where model = '" ~ model.name
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
