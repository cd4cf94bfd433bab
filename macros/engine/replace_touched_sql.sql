{#-
    How each engine replaces the touched days of a table by what its model made of them (the strategy
    `replace_touched`, macros/windows/replace_touched.sql): all of it at once, or nothing.
-#}
{% macro replace_touched_sql(arg_dict) %}
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
    takes constants alone: the touched days, and where rows can come to stand on others (`meta.moves`, and
    models that find their own days) those that the model made, which have to be asked for first. A row
    outside of the condition stops the statement.
-#}
{% macro spark__replace_touched_sql(arg_dict) %}
    {%- set meta = config.get('meta') -%}
    {%- set columns = adapter.get_columns_in_relation(arg_dict['target_relation']) | map(attribute='quoted') | join(', ') -%}
    {%- set replaced = touched_days() if meta['touched_by'] is defined else [] -%}
    {%- if meta['touched_by'] is not defined or meta['moves'] -%}
        {%- set replaced = replaced + run_query(
            'select distinct cast(' ~ meta['replaces'] ~ ' as string) as touched from ' ~ arg_dict['temp_relation']
        ).columns[0].values() | list -%}
    {%- endif -%}
    {%- set touched = replaced | map('string') | unique | sort | list -%}
    {%- if touched -%}
    insert into {{ arg_dict['target_relation'] }}
    replace where {{ spark_among(meta['replaces'], touched, meta['touched_by'] is defined) }}
    select {{ columns }} from {{ arg_dict['temp_relation'] }}
    {%- else -%}
    select 'nothing is touched' as nothing
    {%- endif -%}
{% endmacro %}

{#-
    A condition that Delta Lake takes for a replacement: it compares columns with constants and knows no cast,
    so the days of a timestamp are said by their bounds.
-#}
{% macro spark_among(expression, values, are_days) -%}
    {%- set stamped = modules.re.fullmatch('cast\\((\\w+) as date\\)', expression) -%}
    {%- if stamped -%}
        {%- for day in values -%}
            {%- set after = modules.datetime.date.fromisoformat(day) + modules.datetime.timedelta(days=1) -%}
            ({{ stamped[1] }} >= timestamp '{{ day }} 00:00:00' and {{ stamped[1] }} < timestamp '{{ after }} 00:00:00')
            {{- ' or ' if not loop.last }}
        {%- endfor -%}
    {%- elif are_days -%}
        {{ in_days(expression, values) }}
    {%- else -%}
        {{ expression }} in (
        {%- for value in values -%}
            '{{ value | replace("\\", "\\\\") | replace("'", "\\'") }}'{{ ', ' if not loop.last }}
        {%- endfor -%}
        )
    {%- endif -%}
{%- endmacro %}
