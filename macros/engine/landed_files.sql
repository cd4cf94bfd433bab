{#-
    The files that have landed, oldest first: a list of {'file', 'path'}, `file` being the name that
    is stored with every row and `path` where the engine can read it. Names sort in landing order.
    Only names are asked for here: what a file holds is read once, when it is new.
-#}
{% macro landed_files() %}
    {{ return(adapter.dispatch('landed_files')()) }}
{% endmacro %}

{#- The folder of landed files as the engine sees it; CASPERS_LANDING says another than the usual one. -#}
{% macro landing_path() %}
    {{ return(env_var('CASPERS_LANDING', '') or adapter.dispatch('usual_landing_path')()) }}
{% endmacro %}

{% macro default__usual_landing_path() %}
    {{ return(env_var('CASPERS_DATA', 'data') ~ '/landing/events') }}
{% endmacro %}

{#- A volume of the catalog: a warehouse cannot see the folders of the machine that dbt runs on. -#}
{% macro databricks__usual_landing_path() %}
    {{ return('/Volumes/' ~ target.database ~ '/' ~ target.schema ~ '/landing/events') }}
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

{#- A binary file whose content is not asked for is not opened. -#}
{% macro spark__landed_files() %}
    {{ return(spark_landing_among(
        run_query("select path from binaryFile.`" ~ landing_path() ~ "`").columns[0].values()
    )) }}
{% endmacro %}

{% macro databricks__landed_files() %}
    {{ return(spark_landing_among(run_query("list '" ~ landing_path() ~ "'").columns['path'].values())) }}
{% endmacro %}

{#- Of the paths in a folder those of landed files, in order. -#}
{% macro spark_landing_among(paths) %}
    {% set files = [] %}
    {% for path in paths %}
        {% set file = path.split('/')[-1] %}
        {% if file.endswith(('.jsonl', '.jsonl.gz')) and not file.startswith(('_', '.')) %}
            {% do files.append({'file': file, 'path': path}) %}
        {% endif %}
    {% endfor %}
    {{ return(files | sort(attribute='file')) }}
{% endmacro %}
