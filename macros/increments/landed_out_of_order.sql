{% macro landed_out_of_order(new_files) %}
    {% if not execute or not is_incremental() or not new_files %}{{ return(false) }}{% endif %}
    {% set newest = run_query('select max(file) from ' ~ this).columns[0].values()[0] %}
    {% if newest is none or new_files[0].file > newest %}
        {% do known_in_this_run().update({'appended_files': new_files | map(attribute='file') | list}) %}
    {% endif %}
    {{ return(newest is not none and new_files[0].file < newest) }}
{% endmacro %}

{#- The files whose lines this run adds behind all that are loaded, so that it replaces nothing; else none. -#}
{% macro appended_files() %}
    {{ return(known_in_this_run().get('appended_files', [])) }}
{% endmacro %}
