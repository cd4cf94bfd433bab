{% macro teardown_plan() %}
    {% set steps = [] %}
    {% set schemas = {} %}
    {% set planned = [] %}
    {% for node in reverse_topological_order() %}
        {% set relation = api.Relation.create(database=node.database, schema=node.schema, identifier=node.alias) %}
        {% do schemas.update({relation.without_identifier() | string: relation}) %}
        {% if node.config.materialized == 'table_function' %}
            {% if node.alias in functions_in_schema(relation) %}
                {% do planned.append(node.schema ~ '.' ~ node.alias) %}
                {% do steps.append({
                    'kind': 'function', 'name': relation | string, 'statement': drop_function_sql(relation)
                }) %}
            {% endif %}
        {% else %}
            {% do plan_to_drop(relation, steps, planned) %}
        {% endif %}
    {% endfor %}
    {#- Last, because as long as a table is there, so must be what is known of its changes. -#}
    {% for relation in (pending_changes(), progress_log(), change_log()) %}
        {% do schemas.update({relation.without_identifier() | string: relation}) %}
        {% do plan_to_drop(relation, steps, planned) %}
    {% endfor %}
    {% for name, relation in schemas.items() if adapter.check_schema_exists(relation.database, relation.schema) %}
        {% set others = [] %}
        {% for other in relations_in_schema(relation) + functions_in_schema(relation)
            if relation.schema ~ '.' ~ other not in planned %}
            {% do others.append(other) %}
        {% endfor %}
        {% if others %}
            {% do log(
                'Schema ' ~ name ~ ' stays: it holds what is not of this project (' ~ others | join(', ') ~ ').',
                info=true
            ) %}
        {% else %}
            {% do steps.append({'kind': 'schema', 'name': name, 'statement': 'drop schema if exists ' ~ name}) %}
        {% endif %}
    {% endfor %}
    {{ return(steps) }}
{% endmacro %}

{% macro plan_to_drop(relation, steps, planned) %}
    {% set found = load_relation(relation) %}
    {% if found is not none %}
        {% do planned.append(relation.schema ~ '.' ~ relation.identifier) %}
        {% do steps.append({
            'kind': found.type | string, 'name': found | string,
            'statement': 'drop ' ~ found.type ~ ' if exists ' ~ found
        }) %}
    {% endif %}
{% endmacro %}

{% macro reverse_topological_order() %}
    {% set nodes = {} %}
    {% for node in graph.nodes.values()
        if node.package_name == project_name and node.resource_type in ('model', 'snapshot', 'seed')
        and node.config.enabled and node.config.materialized != 'ephemeral' %}
        {% do nodes.update({node.unique_id: node}) %}
    {% endfor %}
    {% set ordered = [] %}
    {% set placed = {} %}
    {% for _ in nodes %}
        {% for id, node in nodes.items() if id not in placed %}
            {% set waiting = namespace(any=false) %}
            {% for reader_id, reader in nodes.items() if reader_id not in placed and id in reader.depends_on.nodes %}
                {% set waiting.any = true %}
            {% endfor %}
            {% if not waiting.any %}
                {% do placed.update({id: true}) %}
                {% do ordered.append(node) %}
            {% endif %}
        {% endfor %}
    {% endfor %}
    {{ return(ordered) }}
{% endmacro %}
