{#- Every generic test reads its model through this macro of dbt's. -#}
{% macro get_where_subquery(relation) %}
    {% if not execute or not tests_are_limited() %}{{ return(dbt.get_where_subquery(relation)) }}{% endif %}
    {% set rows = rows_of_generic_test() %}
    {% if rows == 'true' %}{{ return(dbt.get_where_subquery(relation)) }}{% endif %}
    {% set asked_for = '(' ~ config.get('where') ~ ') and ' if config.get('where') else '' %}
    {% set selected = 'select * from ' ~ relation ~ ' where ' ~ asked_for %}
    {% set compared = [] if rows == 'false' else compared_columns() %}
    {% if not compared %}{{ return('(' ~ selected ~ '(' ~ rows ~ ')) dbt_subquery') }}{% endif %}
    {#- What equals a row that was replaced may be anywhere: all of history is searched for it, by these columns alone. -#}
    {% set values = compared | join(', ') %}
    {{ return(
        '(' ~ selected ~ '(' ~ rows ~ ') and (' ~ compared | join(' is null or ') ~ ' is null) union all '
        ~ selected ~ ('(' ~ values ~ ')' if compared | length > 1 else values)
        ~ ' in (select ' ~ values ~ ' from ' ~ relation ~ ' where ' ~ rows ~ ')) dbt_subquery'
    ) }}
{% endmacro %}

{% macro tests_are_limited() %}
    {% set tested = env_var('CASPERS_TESTS', '') or 'all' %}
    {% if tested not in ('all', 'affected') %}
        {% do exceptions.raise_compiler_error(
            "CASPERS_TESTS is '" ~ tested ~ "': set it to affected, so that a build tests the rows that it replaces, or to all "
            ~ 'or nothing, so that it tests all rows.'
        ) %}
    {% endif %}
    {{ return(tested == 'affected' and flags.WHICH in ('run', 'build', 'retry')) }}
{% endmacro %}

{#- What a test compares with may have been replaced as well, as a whole: then any row may have lost its counterpart. -#}
{% macro rows_of_generic_test() %}
    {% if 'whole_history' in model.tags %}{{ return('true') }}{% endif %}
    {% for id in model.depends_on.nodes if id != model.attached_node %}
        {% if is_replaced_as_a_whole(graph.nodes.get(id)) %}{{ return('true') }}{% endif %}
    {% endfor %}
    {{ return(tested_rows(graph.nodes.get(model.attached_node))) }}
{% endmacro %}

{% macro is_replaced_as_a_whole(node) %}
    {% if not node or node.unique_id in known_of_this_run().models %}
        {{ return(node and tested_rows(node) == 'true') }}
    {% endif %}
    {% if node.config.materialized not in ('view', 'ephemeral') %}{{ return(node.unique_id in selected_resources) }}{% endif %}
    {% for table in tables_behind(node) %}
        {% if is_replaced_as_a_whole(table) %}{{ return(true) }}{% endif %}
    {% endfor %}
    {{ return(false) }}
{% endmacro %}

{#- The columns by which a test compares rows with each other, unless it finds all that are equal in one partition. -#}
{% macro compared_columns() %}
    {% set arguments = model.test_metadata.kwargs %}
    {% set compared = {
        'unique': [arguments.get('column_name')], 'unique_combination_of_columns': arguments.get('columns')
    }.get(model.test_metadata.name) or (config.get('meta') or {}).get('compares', []) %}
    {% set declaration = increment_declaration(graph.nodes[model.attached_node]) or {} %}
    {% set one_partition = modules.re.fullmatch('(?:cast\\()?(\\w+)(?: as date\\))?', partition_expression(declaration) or '') %}
    {{ return([] if one_partition and one_partition[1] in compared else compared) }}
{% endmacro %}

{% macro tested_rows(node) %}
    {% if not execute or not tests_are_limited() or not node or node.resource_type != 'model' %}{{ return('true') }}{% endif %}
    {% if replaces_partitions(node) %}{{ return(replaced_rows(node)) }}{% endif %}
    {% if node.config.materialized not in ('view', 'ephemeral') %}{{ return('true') }}{% endif %}
    {#- A view shows the rows of one table, if it also shows the columns by which they are found. -#}
    {% set tables = [] %}
    {% for table in tables_behind(node) %}
        {% if table.resource_type != 'seed' %}{% do tables.append(table) %}
        {% elif table.unique_id in selected_resources %}{{ return('true') }}
        {% endif %}
    {% endfor %}
    {% if tables | length != 1 or not replaces_partitions(tables[0]) %}{{ return('true') }}{% endif %}
    {% set rows = replaced_rows(tables[0]) %}
    {% for column in tables[0].columns if column not in node.columns %}
        {% if modules.re.search('\\b' ~ column ~ '\\b', rows) %}{{ return('true') }}{% endif %}
    {% endfor %}
    {{ return(rows) }}
{% endmacro %}

{#- Found out once in a run, after the model was built: by then nothing is pending for it any more. -#}
{% macro replaced_rows(node) %}
    {% set known = known_of_this_run().models.get(node.unique_id, {}) %}
    {% if 'replaced' not in known %}{{ return('true') }}{% endif %}
    {% if 'replaced_rows' not in known %}{% do known.update({'replaced_rows': find_replaced_rows(node, known)}) %}{% endif %}
    {{ return(known.replaced_rows) }}
{% endmacro %}

{% macro find_replaced_rows(node, known) %}
    {% set declaration = increment_declaration(node) %}
    {% if known.replaced.everything %}{{ return('true') }}{% endif %}
    {% if reads_nothing() %}{{ return('false') }}{% endif %}
    {% if declaration.get('finds_its_partitions') %}
        {{ return('load_number = ' ~ known.load_number if known.load_number and 'load_number' in node.columns else 'true') }}
    {% elif 'key_column' in declaration %}
        {{ return(among_replaced_keys(node, known.logged)) }}
    {% endif %}
    {% set column, days = declaration.partition_column, known.replaced.partitions %}
    {% set dated = modules.re.fullmatch('cast\\((\\w+) as date\\)', column) %}
    {{ return(among_days(dated[1], days) if dated else among(column, days)) }}
{% endmacro %}

{#-
    The keys are looked up in the log, between what had been seen before this run and what it has seen. The day on which a
    row lies is said as well, where a model that is affected asks for it: engines cannot skip by a hash.
-#}
{% macro among_replaced_keys(node, logged) %}
    {% set changes = [] %}
    {% for upstream, latest in logged.latest.items() if upstream != node.name %}
        {% set seen = logged.seen.get(upstream, {'change_number': 0}).change_number %}
        {% if latest > seen %}
            {% do changes.append(
                "(model = '" ~ upstream ~ "' and change_number > " ~ seen ~ ' and change_number <= ' ~ latest ~ ')'
            ) %}
        {% endif %}
    {% endfor %}
    {% if not changes %}{{ return('false') }}{% endif %}
    {% set keys = increment_declaration(node).key_column ~ ' in (select try_cast(key_value as bigint) from ' ~ change_log()
        ~ " where affected_model = '" ~ node.name ~ "' and key_name = 'partition' and (" ~ changes | join(' or ') ~ '))' %}
    {% for affected, declared in logged.affected %}
        {% for entry in fromjson(declared) if 'days_after' not in entry %}
            {% set column = node.columns.get(entry.get('partition')) %}
            {% if column and column.data_type == 'date' %}
                {% set days = run_query(
                    'select distinct key_value from ' ~ change_log() ~ " where model = '" ~ node.name
                    ~ "' and change_number = " ~ (logged.latest.get(node.name, 0) + 1)
                    ~ " and affected_model = '" ~ affected ~ "' and key_name = 'partition'"
                ).columns[0].values() | sort %}
                {{ return(keys ~ ' and (' ~ column.name ~ ' is null or ' ~ among(column.name, days) ~ ')') }}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {{ return(keys) }}
{% endmacro %}

{% macro is_tested(name) %}
    {{ return(tested_rows(graph.nodes.get('model.' ~ project_name ~ '.' ~ name)) if execute else 'true') }}
{% endmacro %}

{#- None where all days are tested. A day on which only one table has changed is tested in all of them. -#}
{% macro tested_days(columns) %}
    {% if not execute or not tests_are_limited() %}{{ return(none) }}{% endif %}
    {% set days, queries = [], [] %}
    {% for name, column in columns.items() %}
        {% set node = graph.nodes['model.' ~ project_name ~ '.' ~ name] %}
        {% set rows = tested_rows(node) %}
        {% if rows == 'true' %}{{ return(none) }}{% endif %}
        {% if column == (increment_declaration(node) or {}).get('partition_column') %}
            {% do days.extend(known_of_this_run().models[node.unique_id].replaced.partitions) %}
        {% elif rows != 'false' %}
            {% do queries.append(
                'select cast(' ~ column ~ ' as ' ~ type_string() ~ ') as day from ' ~ node_relation(node) ~ ' where ' ~ rows
            ) %}
        {% endif %}
    {% endfor %}
    {% if queries %}
        {% do days.extend(run_query(
            'select distinct day from (' ~ queries | join(' union all ') ~ ') as tested where day is not null'
        ).columns[0].values()) %}
    {% endif %}
    {{ return(days | unique | sort) }}
{% endmacro %}

{% macro is_tested_day(column, days) %}
    {{ return('true' if days is none else among(column, days)) }}
{% endmacro %}

{% macro is_on_tested_day(timestamp_column, days) %}
    {{ return('true' if days is none else among_days(timestamp_column, days)) }}
{% endmacro %}

{% macro is_tested_order(column) %}
    {% set orders, events = is_tested('silver_order_timeline'), is_tested('all_events') %}
    {% if 'true' in (orders, events) %}{{ return('true') }}{% endif %}
    {{ return(
        column ~ ' in (select order_id from ' ~ ref('silver_order_timeline') ~ ' where ' ~ orders
        ~ ' union all select order_id from ' ~ ref('all_events') ~ ' where ' ~ events ~ ')'
    ) }}
{% endmacro %}

{#- The events of an order lie between its first and its last one: outside of all these spans no engine has to look. -#}
{% macro is_event_of_tested_order(column, timestamp_column) %}
    {% set orders, events = is_tested('silver_order_timeline'), is_tested('all_events') %}
    {% if 'true' in (orders, events) %}{{ return('true') }}{% endif %}
    {% set within = in_span_of(timestamp_column,
        'select min(first_event_ts) as first_ts, max(last_event_ts) as last_ts from ' ~ ref('silver_order_timeline')
        ~ ' where ' ~ orders ~ ' union all select min(event_ts) as first_ts, max(event_ts) as last_ts from '
        ~ ref('all_events') ~ ' where ' ~ events
    ) %}
    {{ return(within ~ ' and ' ~ is_tested_order(column)) }}
{% endmacro %}
