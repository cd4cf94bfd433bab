{% macro next_load() %}
    {% if not execute or load_cached_relation(this) is none %}{{ return(1) }}{% endif %}
    {{ return(last_load(this) + 1) }}
{% endmacro %}
