{% macro change_log() %}
    {{ return(api.Relation.create(database=target.get('database'), schema='increments', identifier='changes')) }}
{% endmacro %}

{% macro progress_log() %}
    {{ return(api.Relation.create(database=target.get('database'), schema='increments', identifier='progress')) }}
{% endmacro %}

{% macro pending_changes() %}
    {{ return(api.Relation.create(database=target.get('database'), schema='increments', identifier='pending')) }}
{% endmacro %}

{% macro create_change_log() %}
    {% if execute and flags.WHICH in ('run', 'build', 'retry') %}
        {#- A wrong word is said at once, and not by every test. -#}
        {% do tests_are_limited() %}
        {% set changes, progress = change_log(), progress_log() %}
        {% do adapter.create_schema(changes) %}
        {% do run_query(
            'create table if not exists ' ~ changes ~ ' ('
            ~ 'model ' ~ type_string() ~ ', change_number bigint, affected_model ' ~ type_string()
            ~ ', key_name ' ~ type_string() ~ ', key_value ' ~ type_string() ~ ')' ~ delta_table()
        ) %}
        {% do run_query(
            'create table if not exists ' ~ progress ~ ' ('
            ~ 'model ' ~ type_string() ~ ', upstream ' ~ type_string()
            ~ ', step bigint, change_number bigint, fingerprint ' ~ type_string() ~ ')' ~ delta_table()
        ) %}
        {% do run_query(
            'create or replace view ' ~ pending_changes() ~ ' as select distinct changes.affected_model as model, '
            ~ 'changes.key_name, changes.key_value from ' ~ changes ~ ' as changes left join ('
            ~ 'select model, upstream, max(change_number) as change_number from ' ~ progress
            ~ ' group by model, upstream) as progress'
            ~ ' on changes.affected_model = progress.model and changes.model = progress.upstream'
            ~ ' where changes.change_number > coalesce(progress.change_number, 0)'
        ) %}
        {% do commit_changes() %}
    {% endif %}
{% endmacro %}
