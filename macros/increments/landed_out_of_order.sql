{% macro landed_out_of_order(new_files) %}
    {% if not execute or not is_incremental() or not new_files %}{{ return(false) }}{% endif %}
    {% set newest = run_query('select max(file) from ' ~ this).columns[0].values()[0] %}
    {{ return(newest is not none and new_files[0].file < newest) }}
{% endmacro %}
