{#-
    Incremental strategy: the touched days of the table are replaced by what the model made of them.

    Unlike delete+insert this also empties a day of which nothing is left, and unlike merge it costs the
    same whatever the table's size, because the days are constants. Run twice, it changes nothing.
    `meta.replaces` names the day; a model that finds its own days (`replaces` with no `touched_by`)
    replaces the values that it made.
-#}
{% macro get_incremental_replace_touched_sql(arg_dict) %}
    {{ return(adapter.dispatch('replace_touched_sql')(arg_dict)) }}
{% endmacro %}

{% macro default__replace_touched_sql(arg_dict) %}
    {%- set meta = config.get('meta') -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    {%- set remade = 'select distinct ' ~ meta['replaces'] ~ ' from ' ~ arg_dict['temp_relation'] -%}
    {%- set days = touched_days() if meta['touched_by'] is defined else [] %}
    delete from {{ arg_dict['target_relation'] }}
    where {{ meta['replaces'] }} in ({{ remade }}){% if days %} or {{ in_days(meta['replaces'], days) }}{% endif %};

    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }};
{% endmacro %}
