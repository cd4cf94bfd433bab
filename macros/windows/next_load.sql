{#-
    The number of this load. It goes on counting through a full refresh: where bronze alone is read anew,
    the tables after it still hold the older numbers and would overlook whatever got one of them again.
-#}
{% macro next_load() %}
    {% if not execute or load_cached_relation(this) is none %}{{ return(1) }}{% endif %}
    {{ return(last_load(this) + 1) }}
{% endmacro %}
