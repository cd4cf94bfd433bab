{% macro increment_declaration(node=none) %}
    {% set node = node or model %}
    {{ return((node.config.meta or {}).get('increment')) }}
{% endmacro %}

{% macro replaces_partitions(node) %}
    {{ return(
        node.resource_type == 'model' and node.config.materialized == 'incremental'
        and node.config.incremental_strategy == 'replace_partitions'
    ) }}
{% endmacro %}

{% macro tables_behind(node) %}
    {% set found = {} %}
    {% for id in node.depends_on.nodes %}
        {% set upstream = graph.nodes.get(id) %}
        {% if upstream is not none and upstream.resource_type in ('model', 'seed', 'snapshot') %}
            {% if upstream.config.materialized in ('view', 'ephemeral', 'table_function') %}
                {% for table in tables_behind(upstream) %}
                    {% do found.update({table.unique_id: table}) %}
                {% endfor %}
            {% else %}
                {% do found.update({upstream.unique_id: upstream}) %}
            {% endif %}
        {% endif %}
    {% endfor %}
    {{ return(found.values() | list) }}
{% endmacro %}

{% macro affected_models() %}
    {% set found = [] %}
    {% for affected, declared in logged_state().affected %}
        {% for entry in fromjson(declared) %}{% do found.append({'model': affected, 'entry': entry}) %}{% endfor %}
    {% endfor %}
    {{ return(found) }}
{% endmacro %}

{% macro declared_text(upstream_name) %}
    {% set entries = [] %}
    {% for entry in increment_declaration().affected_by if entry.model == upstream_name %}
        {% set words = {} %}
        {% for word in ('partition', 'key', 'days_after', 'when_changed') if word in entry %}
            {% do words.update({word: entry[word] | string}) %}
        {% endfor %}
        {% do entries.append(words) %}
    {% endfor %}
    {{ return(tojson(entries)) }}
{% endmacro %}
