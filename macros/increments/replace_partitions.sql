{% macro get_incremental_replace_partitions_sql(arg_dict) %}
    {{ return(replace_partitions_sql(arg_dict)) }}
{% endmacro %}

{% macro replace_partitions_sql(arg_dict) %}
    {{ return(adapter.dispatch('replace_partitions_sql')(arg_dict)) }}
{% endmacro %}

{% macro default__replace_partitions_sql(arg_dict) %}
    {%- set target_table, computed = arg_dict['target_relation'], arg_dict['temp_relation'] -%}
    {%- set columns = arg_dict['dest_columns'] | map(attribute='quoted') | join(', ') -%}
    {%- set replaced = replaced_condition(computed) -%}
    {%- do refuse_rows_outside(computed, replaced) -%}
    {%- for statement in change_statements(target_table, computed, replaced) %}
    {{ statement }};
    {%- endfor %}

    delete from {{ target_table }} where {{ replaced }};

    insert into {{ target_table }} ({{ columns }})
    select {{ columns }} from {{ computed }};
{% endmacro %}

{#-
    Delta Lake has no transaction of two statements, but one statement that replaces rows at once. Its condition takes
    columns and constants alone. The changes are written down before it, so that a build that is killed in between
    leaves too much in the log and never too little.
-#}
{% macro spark__replace_partitions_sql(arg_dict) %}
    {%- set target_table, computed = arg_dict['target_relation'], arg_dict['temp_relation'] -%}
    {%- set columns = adapter.get_columns_in_relation(target_table) | map(attribute='quoted') | join(', ') -%}
    {%- set replaced = replaced_condition(computed) -%}
    {%- do refuse_rows_outside(computed, replaced) -%}
    {%- for statement in change_statements(target_table, computed, replaced) -%}{%- do run_query(statement) -%}{%- endfor -%}
    {%- set condition = spark_replaced_condition(computed, replaced) -%}
    {%- if condition == 'true' -%}
    insert overwrite {{ target_table }} select {{ columns }} from {{ computed }}
    {%- elif condition == 'false' -%}
    select 'nothing has changed' as nothing
    {%- else -%}
    insert into {{ target_table }} replace where {{ condition }} select {{ columns }} from {{ computed }}
    {%- endif -%}
{% endmacro %}

{% macro spark_replaced_condition(computed, replaced) %}
    {% if replaced in ('true', 'false') %}{{ return(replaced) }}{% endif %}
    {% set declaration = increment_declaration() %}
    {% set column = declaration.get('partition_column') or declaration.key_column %}
    {% if declaration.get('finds_its_partitions') %}
        {% set values = run_query('select distinct ' ~ column ~ ' from ' ~ computed).columns[0].values() | list %}
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
            '(' ~ dated[1] ~ " >= timestamp '" ~ day ~ " 00:00:00' and " ~ dated[1] ~ " < timestamp '" ~ after ~ " 00:00:00')"
        ) %}
    {% endfor %}
    {{ return(spans | join(' or ')) }}
{% endmacro %}

{#- Which rows of the table this run replaces. -#}
{% macro replaced_condition(computed) %}
    {% set declaration = increment_declaration() %}
    {% set column = declaration.get('partition_column') or declaration.key_column %}
    {% if declaration.get('finds_its_partitions') %}
        {{ return(column ~ ' in (select distinct ' ~ column ~ ' from ' ~ computed ~ ')') }}
    {% endif %}
    {{ return(is_affected(column)) }}
{% endmacro %}

{% macro refuse_rows_outside(computed, replaced) %}
    {% set outside = run_query(
        'select count(*) from ' ~ computed ~ ' where not coalesce(' ~ replaced ~ ', false)'
    ).columns[0].values()[0] | int %}
    {% if outside %}
        {% set declaration = increment_declaration() %}
        {% set column = declaration.get('partition_column') or declaration.key_column %}
        {% do refuse_declaration(
            outside ~ ' of its rows have no ' ~ column ~ ' that a change upstream has affected',
            'filter what it reads with is_affected(...) by the same expression that affected_by names, and let that be the '
            ~ 'one that becomes ' ~ column
        ) %}
    {% endif %}
{% endmacro %}

{#- What has to be computed again elsewhere because these rows are replaced: where they were, and where they are now. -#}
{% macro change_statements(target_table, computed, replaced) %}
    {% set selects = [] %}
    {% for affected in affected_models() %}
        {% set entry = affected.entry %}
        {% set expression = entry.get('partition') or entry.key %}
        {% set name = 'partition' if 'partition' in entry else entry.key %}
        {% for offset in range((entry.get('days_after') or 0) | int + 1) %}
            {% set value = expression if not offset else add_days(expression, offset) %}
            {% for rows in (target_table ~ ' where ' ~ replaced, computed) %}
                {% do selects.append(
                    "select '" ~ affected.model ~ "' as affected_model, '" ~ name ~ "' as key_name, cast(" ~ value ~ ' as '
                    ~ type_string() ~ ') as key_value from ' ~ rows
                ) %}
            {% endfor %}
        {% endfor %}
    {% endfor %}
    {% if not selects %}{{ return([]) }}{% endif %}
    {{ return([
        'insert into ' ~ change_log() ~ " select distinct '" ~ model.name ~ "', " ~ next_change_number()
        ~ ', affected_model, key_name, key_value from (' ~ selects | join(' union all ') ~ ') as changed where key_value is not null'
    ]) }}
{% endmacro %}
