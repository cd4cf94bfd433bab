{% macro get_incremental_replace_partitions_sql(arg_dict) %}
    {{ return(replace_partitions_sql(arg_dict)) }}
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
        'select cast(sum(counted) as bigint) from (select count(*) as counted from ' ~ computed
        ~ ' union all select -count(*) from ' ~ computed ~ ' where ' ~ replaced ~ ') as counts'
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

{#-
    What has to be computed again elsewhere because these rows are replaced: where they were, and where they are now.
    A query of (affected_model, key_name, key_value) that reads the old rows once and the new ones once, or nothing.
    Values are made distinct before they become text, once for each model: rows are many, and days and orders are few.
-#}
{% macro changes_query(old_rows, new_rows) %}
    {% set changes, compared, values = [], [], {} %}
    {% for affected in affected_models() if affected.entry.when_changed %}
        {% do compared.append(changed_values_query(affected, old_rows, new_rows)) %}
    {% endfor %}
    {% for affected in affected_models() if not affected.entry.when_changed %}
        {% set entry = affected.entry %}
        {% set expression = entry.get('partition') or entry.key %}
        {% set name = 'partition' if 'partition' in entry else entry.key %}
        {% set column = values.setdefault(expression, 'value_' ~ (values | length + 1)) %}
        {% for offset in range((entry.get('days_after') or 0) | int + 1) %}
            {% set value = column if not offset else add_days(column, offset) %}
            {% do changes.append({
                'affected_model': text_literal(affected.model), 'key_name': text_literal(name),
                'key_value': 'cast(' ~ value ~ ' as ' ~ type_string() ~ ')'
            }) %}
        {% endfor %}
    {% endfor %}
    {% if changes %}
        {% set columns = [] %}
        {% for expression, column in values.items() %}{% do columns.append(expression ~ ' as ' ~ column) %}{% endfor %}
        {% set selected = 'select ' ~ columns | join(', ') ~ ' from ' %}
        {% do compared.insert(0,
            'select distinct change.affected_model, change.key_name, change.key_value from (select '
            ~ explode_list(list_of_rows(changes)) ~ ' as change from (select distinct ' ~ values.values() | join(', ') ~ ' from ('
            ~ (selected ~ old_rows ~ ' union all ' if old_rows) ~ selected ~ new_rows
            ~ ') as replaced_rows) as replaced_values) as changed where change.key_value is not null'
        ) %}
    {% endif %}
    {{ return(compared | join(' union ')) }}
{% endmacro %}

{#- The values that a row has lost or got; one that it had before and has again affects nobody. -#}
{% macro changed_values_query(affected, old_rows, new_rows) %}
    {% set value = 'cast(' ~ (affected.entry.get('partition') or affected.entry.key) ~ ' as ' ~ type_string() ~ ')' %}
    {% set selected = partition_expression(increment_declaration()) ~ ' as changed_row, ' ~ value ~ ' as key_value from ' %}
    {{ return(
        'select distinct ' ~ text_literal(affected.model) ~ ' as affected_model, '
        ~ text_literal('partition' if 'partition' in affected.entry else affected.entry.key) ~ ' as key_name, key_value from ('
        ~ ("select 'before' as moment, " ~ selected ~ old_rows ~ ' union all ' if old_rows)
        ~ "select 'after' as moment, " ~ selected ~ new_rows
        ~ ') as compared where key_value is not null group by changed_row, key_value having count(distinct moment) = 1'
    ) }}
{% endmacro %}
