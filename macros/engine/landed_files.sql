{% macro landed_files(landing) %}
    {{ return(adapter.dispatch('landed_files')(landing)) }}
{% endmacro %}

{% macro landing_path(landing) %}
    {{ return(named_landing_path(landing) or adapter.dispatch('default_landing_path')(landing)) }}
{% endmacro %}

{#- Empty where nobody has named another place. -#}
{% macro named_landing_path(landing) %}
    {% if is_landing_of_events(landing) %}{{ return(var('landing_path', '') or env_var('CASPERS_LANDING', '')) }}{% endif %}
    {{ return(var(landing.identifier ~ '_path', '') or env_var('CASPERS_' ~ landing.identifier | upper, '')) }}
{% endmacro %}

{#- Without events there is no business; the other landings may be absent. -#}
{% macro is_landing_of_events(landing) %}
    {{ return(landing.identifier == 'events') }}
{% endmacro %}

{% macro may_be_absent(landing) %}
    {{ return(not is_landing_of_events(landing) and not named_landing_path(landing)) }}
{% endmacro %}

{% macro default__default_landing_path(landing) %}
    {{ return(data_folder() ~ '/landing/' ~ landing.identifier) }}
{% endmacro %}

{#- Beside profiles.yml, as there: dbt knows no other folder of the project while it reads that file. -#}
{% macro data_folder() %}
    {{ return(env_var('CASPERS_DATA', '') or flags.PROFILES_DIR ~ '/data') }}
{% endmacro %}

{#- A volume of the catalog: a warehouse cannot see the folders of the machine that dbt runs on. -#}
{% macro databricks__default_landing_path(landing) %}
    {{ return('/Volumes/' ~ landing.database ~ '/' ~ landing.schema ~ '/' ~ landing.identifier) }}
{% endmacro %}

{% macro duckdb__landed_files(landing) %}
    {% set folder = duckdb_path_literal(landing_path(landing)) %}
    {% set listed = run_query(
        "select parse_filename(file) as file, file as path from ("
        ~ "select file from glob(" ~ folder ~ " || '/*.jsonl')"
        ~ " union all select file from glob(" ~ folder ~ " || '/*.jsonl.gz'))"
        ~ " where parse_filename(file) not like '\\_%' escape '\\'"
        ~ " and parse_filename(file) not like '.%'"
        ~ " order by 1"
    ) %}
    {% if not listed.rows %}{{ return([]) }}{% endif %}
    {% set paths = [] %}
    {% for row in listed.rows %}{% do paths.append(duckdb_path_literal(row[1])) %}{% endfor %}
    {#- What is not selected is not read: this looks at sizes only. -#}
    {% set sizes = {} %}
    {% for row in run_query('select filename, size from read_blob([' ~ paths | join(', ') ~ '])').rows %}
        {% do sizes.update({row[0]: row[1] | int}) %}
    {% endfor %}
    {% set files = [] %}
    {% for row in listed.rows %}
        {% do files.append({'file': row[0], 'path': row[1], 'bytes': sizes[row[1]]}) %}
    {% endfor %}
    {{ return(files) }}
{% endmacro %}

{#- Spark does not open a binary file whose content is not selected. -#}
{% macro spark__landed_files(landing) %}
    {% set folder = landing_path(landing) %}
    {% set reader = 'binaryFile.`' ~ folder ~ '`' %}
    {% if may_be_absent(landing) %}{% set reader = spark_reader_of_folder_that_may_be_absent(folder) %}{% endif %}
    {{ return(spark_landed_among(run_query('select path, length from ' ~ reader).rows, folder)) }}
{% endmacro %}

{#- Spark refuses a path that matches nothing. A file that is surely there makes it match; the filter leaves that one out. -#}
{% macro spark_reader_of_folder_that_may_be_absent(folder) %}
    {% set present = flags.PROFILES_DIR ~ '/profiles.yml' %}
    {% if not (folder.startswith('/') and present.startswith('/')) %}{{ return('binaryFile.`' ~ folder ~ '`') }}{% endif %}
    {{ return('binaryFile.`/{' ~ folder[1:] ~ ',' ~ present[1:] ~ "}` with (pathGlobFilter = '*.jsonl*')") }}
{% endmacro %}

{% macro databricks__landed_files(landing) %}
    {% if may_be_absent(landing) and not databricks_has_volume(landing) %}{{ return([]) }}{% endif %}
    {% set listed = [] %}
    {% for row in run_query("list '" ~ landing_path(landing) ~ "'").rows %}
        {% do listed.append([row['path'], row['size']]) %}
    {% endfor %}
    {{ return(spark_landed_among(listed, landing_path(landing))) }}
{% endmacro %}

{#- The metastore of a workspace without Unity Catalog has no volumes. -#}
{% macro databricks_has_volume(landing) %}
    {% if landing.is_hive_metastore() or not adapter.check_schema_exists(landing.database, landing.schema) %}
        {{ return(false) }}
    {% endif %}
    {% set volumes = run_query('show volumes in ' ~ landing.without_identifier()).rows %}
    {{ return(landing.identifier in volumes | map(attribute='volumeName') | list) }}
{% endmacro %}

{#- A file beside its upload marker is not complete: a volume shows a file while it is still being written. -#}
{% macro spark_landed_among(listed, folder) %}
    {% set names = [] %}
    {% for row in listed %}{% do names.append(row[0].split('/')[-1]) %}{% endfor %}
    {% set files = [] %}
    {% for row in listed %}
        {% set path = row[0] %}
        {% set file = path.split('/')[-1] %}
        {% if file.endswith(('.jsonl', '.jsonl.gz')) and not file.startswith(('_', '.'))
            and '_' ~ file ~ '.upload' not in names %}
            {#- Not every engine says in which bucket it has found a file. -#}
            {% set found = folder ~ '/' ~ file if '://' in folder else path %}
            {% do files.append({'file': file, 'path': found, 'bytes': row[1] | int}) %}
        {% endif %}
    {% endfor %}
    {{ return(files | sort(attribute='file')) }}
{% endmacro %}
