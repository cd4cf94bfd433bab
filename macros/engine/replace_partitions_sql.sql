{% macro replace_partitions_sql(arg_dict) %}
    {{ return(adapter.dispatch('replace_partitions_sql')(arg_dict)) }}
{% endmacro %}

{% macro default__replace_partitions_sql(arg_dict) %}
    {%- set target_table, computed = arg_dict['target_relation'], arg_dict['temp_relation'] -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    {%- if appended_files() -%}
    insert into {{ target_table }} ({{ columns }})
    select {{ columns }} from {{ computed }};

    {{ log_changes(changes_query(none, target_table ~ ' where ' ~ among('file', appended_files()))) }}
    {%- else -%}
    {%- set replaced = replaced_condition(computed) -%}
    {%- do refuse_rows_outside(computed, replaced) -%}
    {{ log_changes(changes_query(target_table ~ ' where ' ~ replaced, computed)) }}

    delete from {{ target_table }} where {{ replaced }};

    insert into {{ target_table }} ({{ columns }})
    select {{ columns }} from {{ computed }};
    {%- endif -%}
{% endmacro %}

{% macro log_changes(changes) %}
    {%- if changes %}
    insert into {{ change_log() }}
    select '{{ model.name }}', {{ next_change_number() }}, changes.* from ({{ changes }}) as changes;
    {%- endif %}
{% endmacro %}

{#-
    Rows that replace none need not be held until it is known which they replace: they are computed as they are written.
    So what a model computes is a view then, as it is on Spark, which is read once.
-#}
{% macro duckdb__create_table_as(
    temporary, relation, compiled_code, language='sql', partitioned_by=none, sorted_by=none
) %}
    {% if not (temporary and language == 'sql' and appended_files()) %}
        {{ return(dbt.duckdb__create_table_as(temporary, relation, compiled_code, language, partitioned_by, sorted_by)) }}
    {% endif %}
    {% do get_assert_columns_equivalent(compiled_code) %}
    create or replace temporary view {{ relation.include(database=false, schema=false) }} as (
        {{ compiled_code }}
    )
{% endmacro %}

{#-
    Delta Lake has no transaction of two statements, but one statement that replaces rows at once. Its condition takes
    columns and constants alone. The changes are written down before it, so that a build that is killed in between
    leaves too much in the log and never too little. What a model computes is a view here, computed at each query of it:
    it is asked twice and not more. Rows outside of the condition are refused by Delta Lake itself.
-#}
{% macro spark__replace_partitions_sql(arg_dict) %}
    {%- set target_table, computed = arg_dict['target_relation'], arg_dict['temp_relation'] -%}
    {%- set columns = adapter.get_columns_in_relation(target_table) | map(attribute='quoted') | join(', ') -%}
    {%- set replaced = spark_replaced_condition(computed) -%}
    {%- if replaced == 'true' -%}
        {%- do spark_announce(changes_query(target_table ~ ' where ' ~ replaced, computed)) -%}
    insert overwrite {{ target_table }} select {{ columns }} from {{ computed }}
    {%- elif replaced == 'false' -%}
        {%- do refuse_rows_outside(computed, replaced) -%}
    select 'nothing has changed' as nothing
    {%- else -%}
        {%- do spark_announce(changes_query(target_table ~ ' where ' ~ replaced, computed)) -%}
    insert into {{ target_table }} replace where {{ replaced }} select {{ columns }} from {{ computed }}
    {%- endif -%}
{% endmacro %}

{#-
    Delta Lake refuses one of two statements that append to a table at the same time if it reads that table as well. What a
    model with a key computes depends on the log, so its changes are fetched first; they are partitions of other models,
    and so few.
-#}
{% macro spark_announce(changes) %}
    {% if not changes %}{{ return('') }}{% endif %}
    {% set number = next_change_number() %}
    {% if 'key_column' not in increment_declaration() %}
        {% do run_query(
            'insert into ' ~ change_log() ~ " select '" ~ model.name ~ "', " ~ number ~ ', changes.* from (' ~ changes ~ ') as changes'
        ) %}
        {{ return('') }}
    {% endif %}
    {% set rows = [] %}
    {% for row in run_query(changes).rows %}
        {% do rows.append(
            "('" ~ model.name ~ "', " ~ number ~ ', ' ~ text_literal(row[0]) ~ ', ' ~ text_literal(row[1]) ~ ', '
            ~ text_literal(row[2]) ~ ')'
        ) %}
    {% endfor %}
    {% if rows %}{% do run_query('insert into ' ~ change_log() ~ ' values ' ~ rows | join(', ')) %}{% endif %}
{% endmacro %}

{#- The same rows as replaced_condition says, by columns and constants alone. -#}
{% macro spark_replaced_condition(computed) %}
    {% set declaration = increment_declaration() %}
    {% set column = declaration.get('partition_column') or declaration.key_column %}
    {% if declaration.get('finds_its_partitions') %}
        {% set values = run_query(
            'select distinct cast(' ~ column ~ ' as string) as replaced from ' ~ computed ~ ' where ' ~ column ~ ' is not null'
        ).columns[0].values() | list %}
    {% elif pending_increment().everything %}
        {{ return('true') }}
    {% elif reads_nothing() %}
        {% set values = [] %}
    {% elif 'key_column' in declaration %}
        {% set values = run_query(affected_keys()).columns[0].values() | map('string') | list %}
    {% else %}
        {% set values = pending_increment().partitions %}
    {% endif %}
    {% set dated = modules.re.fullmatch('cast\\((\\w+) as date\\)', column) %}
    {% if not dated or not values %}{{ return(among(column, values | sort)) }}{% endif %}
    {% set spans = [] %}
    {% for day in values %}
        {% set after = modules.datetime.date.fromisoformat(day) + modules.datetime.timedelta(days=1) %}
        {% do spans.append(
            '(' ~ dated[1] ~ ' >= ' ~ start_of_day(day) ~ ' and ' ~ dated[1] ~ ' < ' ~ start_of_day(after) ~ ')'
        ) %}
    {% endfor %}
    {{ return('(' ~ spans | join(' or ') ~ ')') }}
{% endmacro %}
