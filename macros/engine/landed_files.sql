{#-
    The files that have landed, oldest first: a list of {'file', 'path'}, `file` being the name that
    is stored with every row and `path` where the engine can read it. Names sort in landing order.
-#}
{% macro landed_files() %}
    {{ return(adapter.dispatch('landed_files')()) }}
{% endmacro %}

{% macro landing_path() %}
    {{ return(env_var('CASPERS_DATA', 'data') ~ '/landing/events') }}
{% endmacro %}

{% macro duckdb__landed_files() %}
    {% set listed = run_query(
        "select parse_filename(file) as file, file as path from ("
        ~ "select file from glob('" ~ landing_path() ~ "/*.jsonl')"
        ~ " union all select file from glob('" ~ landing_path() ~ "/*.jsonl.gz'))"
        ~ " where parse_filename(file) not like '\\_%' escape '\\'"
        ~ " and parse_filename(file) not like '.%'"
        ~ " order by 1"
    ) %}
    {% set files = [] %}
    {% for row in listed.rows %}
        {% do files.append({'file': row[0], 'path': row[1]}) %}
    {% endfor %}
    {{ return(files) }}
{% endmacro %}

{% macro spark__landed_files() %}
    {% set listed = run_query("list '" ~ landing_path() ~ "'") %}
    {% set files = [] %}
    {% for row in listed.rows | sort(attribute='name') if row['name'].endswith(('.jsonl', '.jsonl.gz')) %}
        {% do files.append({'file': row['name'], 'path': row['path']}) %}
    {% endfor %}
    {{ return(files) }}
{% endmacro %}
