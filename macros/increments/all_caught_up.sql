{% macro all_caught_up() %}
    {% if not execute %}{{ return('true') }}{% endif %}
    {{ return(
        'not exists (select 1 from ' ~ pending_changes() ~ " as pending where pending.model in ('"
        ~ incremental_models_behind(model) | join("', '") ~ "'))"
    ) }}
{% endmacro %}

{% macro incremental_models_behind(node) %}
    {% set found = {} %}
    {% for id in node.depends_on.nodes %}
        {% set upstream = graph.nodes.get(id) %}
        {% if upstream is not none and upstream.resource_type == 'model' %}
            {% if replaces_partitions(upstream) %}{% do found.update({upstream.name: true}) %}{% endif %}
            {% for name in incremental_models_behind(upstream) %}{% do found.update({name: true}) %}{% endfor %}
        {% endif %}
    {% endfor %}
    {{ return(found.keys() | sort) }}
{% endmacro %}
