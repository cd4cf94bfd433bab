{% macro read_landed_lines(files) %}
    {{ return(adapter.dispatch('read_landed_lines')(files)) }}
{% endmacro %}

{% macro duckdb__read_landed_lines(files) %}
    {%- set broken = duckdb_files_that_are_not_text(files) -%}
    {%- set readable = files | rejectattr('path', 'in', broken) | list -%}
    {%- set queries = [] -%}
    {%- if readable or not broken -%}
        {%- do queries.append(duckdb_read_text_lines(readable)) -%}
    {%- endif -%}
    {%- if broken -%}
        {%- do queries.append(duckdb_read_broken_lines(broken)) -%}
    {%- endif -%}
    {{ return(queries | join('\n    union all\n    ')) }}
{% endmacro %}

{#- The CSV reader stops at the first byte that is not UTF-8; such files are read another way. -#}
{% macro duckdb_files_that_are_not_text(files) %}
    {% set candidates = [] %}
    {% for landed in files if not landed.path.endswith('.gz') %}
        {% do candidates.append("'" ~ landed.path | replace("'", "''") ~ "'") %}
    {% endfor %}
    {% if not candidates %}{{ return([]) }}{% endif %}
    {#- A window file of many gigabytes is not loaded whole just to look at it. -#}
    {% set checked = run_query(
        "select filename from read_blob([" ~ candidates | join(', ') ~ "])"
        ~ " where size < 268435456 and try(decode(content)) is null order by 1"
    ) %}
    {{ return(checked.columns[0].values() | list) }}
{% endmacro %}

{% macro duckdb_read_text_lines(files) %}
    {%- if not files -%}
    select null::varchar as file, null::bigint as line_number, null::varchar as line where false
    {%- else -%}
    {%- set paths -%}
        [{% for landed in files %}'{{ landed.path | replace("'", "''") }}'{{ ', ' if not loop.last }}{% endfor %}]
    {%- endset -%}
    {#- The delimiter is a control character: valid JSON holds none, so no event is ever split. -#}
    {%- set reader -%}
        read_csv(
            {{ paths }},
            columns = {'line': 'VARCHAR'}, auto_detect = false, header = false, filename = true,
            delim = chr(31), quote = '', escape = '', strict_mode = false,
            max_line_size = 67108864
        )
    {%- endset -%}
    select
        parse_filename(lines.filename) as file,
        cast(lines.position - first_line.lines_before as bigint) as line_number,
        lines.line
    from (select filename, line, row_number() over () as position from {{ reader }}) as lines
    inner join (
        select filename, sum(count(*)) over (order by filename) - count(*) as lines_before
        from {{ reader }}
        group by filename
    ) as first_line on lines.filename = first_line.filename
    {%- endif -%}
{% endmacro %}

{#-
    Bytes that are not UTF-8: the file is cut at its line feeds in DuckDB's escaped notation, and every
    line that is text after all is turned back into text.
-#}
{% macro duckdb_read_broken_lines(paths) %}
    select
        parse_filename(filename) as file,
        line_number,
        coalesce(
            try(decode(escaped::blob)), replace(replace(escaped, '\x22', '"'), '\x27', '''')
        ) as line
    from (
        select
            filename,
            unnest(lines) as escaped,
            generate_subscripts(lines, 1) as line_number
        from (
            select
                filename,
                string_split(
                    regexp_replace(content::varchar, '^\\xEF\\xBB\\xBF|(\\x0D)?\\x0A$', '', 'g'), '\x0A'
                ) as lines
            from read_blob([{% for path in paths %}'{{ path | replace("'", "''") }}'{{ ', ' if not loop.last }}{% endfor %}])
        )
    )
{% endmacro %}

{#-
    Spark and Databricks read all files of the list with one pattern. Only the line feed ends a line, as on
    DuckDB: by default a carriage return would end one as well. Lines are counted in the order of the file:
    by the block that a task reads, and by the order of reading in it.
-#}
{% macro spark__read_landed_lines(files) %}
    {{ return(spark_read_lines(files, "text.`" ~ spark_pattern(files) ~ "` with (lineSep = '\\n')")) }}
{% endmacro %}

{% macro databricks__read_landed_lines(files) %}
    {{ return(spark_read_lines(
        files, "read_files('" ~ spark_pattern(files) ~ "', format => 'text', lineSep => '\\n')"
    )) }}
{% endmacro %}

{#- One pattern that matches exactly the given files, which stand in one folder. -#}
{% macro spark_pattern(files) %}
    {%- if not files -%}{{ return('') }}{%- endif -%}
    {%- set folder = files[0].path.rsplit('/', 1)[0] -%}
    {{ return(folder ~ '/{' ~ files | map(attribute='file') | join(',') ~ '}') }}
{% endmacro %}

{% macro spark_read_lines(files, reader) %}
    {%- if not files -%}
    select cast(null as string) as file, cast(null as bigint) as line_number, cast(null as string) as line
    where false
    {%- else -%}
    select
        file,
        line_number,
        nullif(regexp_replace(if(line_number = 1, ltrim('\uFEFF', value), value), '\r$', ''), '') as line
    from (
        select
            file,
            cast(row_number() over (partition by file order by block_start, position) as bigint) as line_number,
            value
        from (
            select
                _metadata.file_name as file,
                _metadata.file_block_start as block_start,
                monotonically_increasing_id() as position,
                value
            from {{ reader }}
        ) as read_lines
    ) as numbered_lines
    {%- endif -%}
{% endmacro %}
