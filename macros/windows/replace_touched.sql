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

{#-
    Delta Lake has no transaction of two statements, but one statement that does both at once. Its condition
    takes constants alone, so the days that the model made are asked for first.
-#}
{% macro spark__replace_touched_sql(arg_dict) %}
    {%- set meta = config.get('meta') -%}
    {%- set columns = adapter.get_columns_in_relation(arg_dict['target_relation']) | map(attribute='quoted') | join(', ') -%}
    {%- set remade = run_query(
        'select distinct cast(' ~ meta['replaces'] ~ ' as string) as touched from ' ~ arg_dict['temp_relation']
    ).columns[0].values() -%}
    {%- set touched = [] -%}
    {%- for value in (remade | list) + (touched_days() if meta['touched_by'] is defined else []) -%}
        {%- set literal = "'" ~ (value | string | replace("\\", "\\\\") | replace("'", "\\'")) ~ "'" -%}
        {%- if literal not in touched -%}{%- do touched.append(literal) -%}{%- endif -%}
    {%- endfor -%}
    {%- if touched -%}
    insert into {{ arg_dict['target_relation'] }}
    replace where {{ meta['replaces'] }} in ({{ touched | sort | join(', ') }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }}
    {%- else -%}
    select 'nothing is touched' as nothing
    {%- endif -%}
{% endmacro %}
