{#-
    The files that have landed, oldest first: a list of {'file', 'path'}, `file` being the name that
    is stored with every row and `path` where the engine can read it. Names sort in landing order.
    Only names are asked for here: what a file holds is read once, when it is new.
-#}
{% macro landed_files() %}
    {{ return(adapter.dispatch('landed_files')()) }}
{% endmacro %}

{#-
    The folder of landed files as the engine sees it: the usual one, or what CASPERS_LANDING says. A task of a
    Databricks job has no environment variables: there the variable of dbt says it.
-#}
{% macro landing_path() %}
    {{ return(
        var('landing_path', '') or env_var('CASPERS_LANDING', '') or adapter.dispatch('usual_landing_path')()
    ) }}
{% endmacro %}

{% macro default__usual_landing_path() %}
    {{ return(env_var('CASPERS_DATA', 'data') ~ '/landing/events') }}
{% endmacro %}

{#- A volume of the catalog: a warehouse cannot see the folders of the machine that dbt runs on. -#}
{% macro databricks__usual_landing_path() %}
    {{ return('/Volumes/' ~ target.database ~ '/simulator/events') }}
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

{#-
    Of the paths in a folder those of landed files, in order. What lies beside its note is still on its way: a
    volume shows it before it is whole.
-#}
{% macro spark_landing_among(paths) %}
    {% set names = [] %}
    {% for path in paths %}{% do names.append(path.split('/')[-1]) %}{% endfor %}
    {% set files = [] %}
    {% for path in paths %}
        {% set file = path.split('/')[-1] %}
        {% if file.endswith(('.jsonl', '.jsonl.gz')) and not file.startswith(('_', '.'))
            and '_' ~ file ~ '.upload' not in names %}
            {% do files.append({'file': file, 'path': path}) %}
        {% endif %}
    {% endfor %}
    {{ return(files | sort(attribute='file')) }}
{% endmacro %}
