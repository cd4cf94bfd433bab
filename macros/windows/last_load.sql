{#-
    The number of the last load that a table holds; 0 for an empty one. Every load of landed files gets
    the next number, and every row says which load last touched it, so "what is new for this model" is
    `load_number > last_load(this)`: it needs no clock, and a model that was left out of one run catches
    up in the next. Returned as a constant, because engines prune by constants and not by subqueries.
-#}
{% macro last_load(relation) %}
    {{ return(run_query('select coalesce(max(load_number), 0) from ' ~ relation).columns[0].values()[0] | int) }}
{% endmacro %}
