{#-
    Incremental strategy: the touched days of the table are replaced by what the model made of them.

    Unlike delete+insert this also empties a day of which nothing is left, and unlike merge it costs the
    same whatever the table's size, because the days are constants. Run twice, it changes nothing.
    `meta.replaces` names the day; a model that finds its own days (`replaces` with no `touched_by`)
    replaces the values that it made.
-#}
{% macro get_incremental_replace_touched_sql(arg_dict) %}
    {{ return(replace_touched_sql(arg_dict)) }}
{% endmacro %}
