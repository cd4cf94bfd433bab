{#-
    In an increment dbt asks four times for columns: those of the query and those of its contract before it computes the rows,
    then those of the rows and those of the table. Here they are asked for once, of what was computed.
-#}
{% macro duckdb__get_assert_columns_equivalent(sql) %}
    {% if replaces_partitions(model) and is_incremental() and config.get('on_schema_change', 'ignore') != 'ignore' %}
        {{ return('') }}
    {% endif %}
    {{ return(dbt.assert_columns_equivalent(sql)) }}
{% endmacro %}

{% macro duckdb__check_for_schema_changes(source_relation, target_relation) %}
    {% if not replaces_partitions(model) %}
        {{ return(dbt.default__check_for_schema_changes(source_relation, target_relation)) }}
    {% endif %}
    {% set described = {'source': source_relation, 'target': target_relation} %}
    {% set has_contract = model.language == 'sql' and config.get('contract').enforced %}
    {% if has_contract %}{% do described.update({'contract': get_empty_schema_sql(model.columns)}) %}{% endif %}
    {% set queries, columns, names = [], {'source': [], 'target': [], 'contract': []}, {'source': [], 'contract': []} %}
    {% for side, what in described.items() %}
        {% do queries.append("select '" ~ side ~ "' as side, column_name, column_type from (describe " ~ what ~ ')') %}
    {% endfor %}
    {% for row in run_query(queries | join(' union all ')).rows %}
        {% do columns[row[0]].append(api.Column(row[1], row[2])) %}
        {% if row[0] in names %}{% do names[row[0]].append((row[1] | lower, row[2])) %}{% endif %}
    {% endfor %}
    {% if has_contract and names.source | sort != names.contract | sort %}
        {% do dbt.assert_columns_equivalent(model.compiled_code) %}
    {% endif %}
    {% set added = diff_columns(columns.source, columns.target) %}
    {% set removed = diff_columns(columns.target, columns.source) %}
    {% set retyped = diff_column_data_types(columns.source, columns.target) %}
    {{ return({
        'schema_changed': (added or removed or retyped) | length > 0,
        'source_not_in_target': added, 'target_not_in_source': removed, 'new_target_types': retyped,
        'source_columns': columns.source, 'target_columns': columns.target
    }) }}
{% endmacro %}
