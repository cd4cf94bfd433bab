{#-
    dbt clone makes views where an adapter says nothing else, which cannot be done for a Python model. A copy of a table
    is one as the other engines make it: what is built on it goes on from there.
-#}
{% macro duckdb__can_clone_table() %}
    {{ return(true) }}
{% endmacro %}

{% macro duckdb__create_or_replace_clone(this_relation, defer_relation) %}
    create or replace table {{ this_relation }} as select * from {{ defer_relation }}
{% endmacro %}
