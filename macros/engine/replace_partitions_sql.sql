{% macro replace_partitions_sql(arg_dict) %}
    {{ return(adapter.dispatch('replace_partitions_sql')(arg_dict)) }}
{% endmacro %}

{% macro default__replace_partitions_sql(arg_dict) %}
    {%- set meta = config.get('meta') -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    {%- set recomputed = 'select distinct ' ~ meta['partition_column'] ~ ' from ' ~ arg_dict['temp_relation'] -%}
    {%- set days = affected_days() if meta['affected_by'] is defined else [] %}
    delete from {{ arg_dict['target_relation'] }}
    where {{ meta['partition_column'] }} in ({{ recomputed }}){% if days %} or {{ in_days(meta['partition_column'], days) }}{% endif %};

    insert into {{ arg_dict['target_relation'] }} ({{ columns }})
    select {{ columns }} from {{ arg_dict['temp_relation'] }};
{% endmacro %}

{#-
    Delta Lake has no transaction over two statements, but REPLACE WHERE deletes and inserts in one. Its condition
    takes constants only: the affected days and, where rows can move to other days (`meta.can_move`, and models
    that find their own partitions), those that the model produced, which a query has to find first. A row outside
    the condition makes the statement fail.
-#}
{% macro spark__replace_partitions_sql(arg_dict) %}
    {%- set meta = config.get('meta') -%}
    {%- set columns = adapter.get_columns_in_relation(arg_dict['target_relation']) | map(attribute='quoted') | join(', ') -%}
    {%- set replaced = affected_days() if meta['affected_by'] is defined else [] -%}
    {%- if meta['affected_by'] is not defined or meta['can_move'] -%}
        {%- set replaced = replaced + run_query(
            'select distinct cast(' ~ meta['partition_column'] ~ ' as string) as affected from ' ~ arg_dict['temp_relation']
        ).columns[0].values() | list -%}
    {%- endif -%}
    {%- set affected = replaced | map('string') | unique | sort | list -%}
    {%- if affected -%}
    insert into {{ arg_dict['target_relation'] }}
    replace where {{ spark_among(meta['partition_column'], affected, meta['affected_by'] is defined) }}
    select {{ columns }} from {{ arg_dict['temp_relation'] }}
    {%- else -%}
    select 'nothing is affected' as nothing
    {%- endif -%}
{% endmacro %}

{#-
    A condition that Delta Lake accepts in REPLACE WHERE: it compares columns with constants and has no cast, so
    the days of a timestamp are given by their bounds.
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
