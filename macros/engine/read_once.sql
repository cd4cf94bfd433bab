{#-
    Materialization of a Python model that reads landed files: a table to which the rows of files are added that are not
    in it yet. Where there are none, which is so in nearly every window, no Python runs and nothing is written.
-#}
{% materialization read_once, default, supported_languages=['python'] %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- set starts_over = existing is none or not existing.is_table or should_full_refresh() -%}
    {%- set unread = unread_files(none if starts_over else existing) -%}
    {%- set read_now = this.incorporate(path={'identifier': this.identifier ~ '__dbt_tmp'}, type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {% if unread %}
        {% do run_query('drop table if exists ' ~ read_now) %}
        {% call statement('read', language='python') %}
            {{- create_table_as(False, read_now, compiled_code ~ '\n\nUNREAD_FILES = ' ~ tojson(tojson(unread)) ~ '\n', 'python') -}}
        {% endcall %}
    {% endif %}
    {% if starts_over and existing is not none and not existing.is_table %}{% do adapter.drop_relation(existing) %}{% endif %}
    {% if starts_over or unread %}
        {% call statement('main') %}
            {% if starts_over %}
            create or replace table {{ target_relation }}{{ delta_table() }} as
            {{ 'select * from ' ~ read_now if unread else empty_table_sql() }}
            {% else %}
            insert into {{ target_relation }} select * from {{ read_now }}
            {% endif %}
        {% endcall %}
    {% else %}
        {% call noop_statement('main', 'nothing new') %}{% endcall %}
    {% endif %}
    {% if unread %}{% do run_query('drop table if exists ' ~ read_now) %}{% endif %}
    {% if starts_over %}{% do persist_docs(target_relation, model) %}{% endif %}
    {{ run_hooks(post_hooks) }}
    {% do commit_changes() %}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{#- A query without rows, of the columns that the YAML of a model declares. -#}
{% macro empty_table_sql() %}
    {% set columns = [] %}
    {% for column in model.columns.values() %}
        {% do columns.append('cast(null as ' ~ column.data_type ~ ') as ' ~ column.name) %}
    {% endfor %}
    {{ return('select ' ~ columns | join(', ') ~ ' where false') }}
{% endmacro %}
