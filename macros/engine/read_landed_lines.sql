{% macro read_landed_lines(files, streamed_lines=none) %}
    {% if files and files[0].table %}{{ return(spark_read_windows(files)) }}{% endif %}
    {{ return(adapter.dispatch('read_landed_lines')(files, streamed_lines)) }}
{% endmacro %}

{#-
    A plain file is read whole, as bytes: only so is a line what stands between two line feeds, whatever its bytes are. What
    is compressed, or too large to hold, has been streamed by a Python model.
-#}
{% macro duckdb__read_landed_lines(files, streamed_lines) %}
    {%- set whole = files | reject('in', select_streamed(files)) | list -%}
    {{ return(with_streamed_lines(files, streamed_lines, duckdb_read_whole_files(whole) if whole)) }}
{% endmacro %}

{#- The query of lines that SQL reads, if it reads any, and those of files that were streamed. -#}
{% macro with_streamed_lines(files, streamed_lines, query) %}
    {%- set queries = [query] if query else [] -%}
    {%- set streamed = [] -%}
    {%- for landed in select_streamed(files) -%}
        {%- do streamed.append('file = ' ~ text_literal(landed.file) ~ ' and file_bytes = ' ~ landed.bytes) -%}
    {%- endfor -%}
    {%- if streamed -%}
        {%- do queries.append(
            'select file, line_number, line, rejection_code, file_bytes from ' ~ streamed_lines ~ ' where (' ~ streamed | join(' or ')
            ~ ') and (line_number > 0 or rejection_code is not null)'
        ) -%}
    {%- endif -%}
    {{ return(queries | join('\n    union all\n    ') or no_lines()) }}
{% endmacro %}

{% macro no_lines() %}
    {{ return(
        'select cast(null as ' ~ type_string() ~ ') as file, cast(null as bigint) as line_number, cast(null as '
        ~ type_string() ~ ') as line, cast(null as ' ~ type_string() ~ ') as rejection_code, cast(null as bigint) as file_bytes '
        ~ 'where false'
    ) }}
{% endmacro %}

{% macro is_streamed(landed) %}
    {{ return(adapter.dispatch('is_streamed')(landed)) }}
{% endmacro %}

{#- Spark splits a large file among its tasks. To its binaryFile, an empty file does not exist. -#}
{% macro default__is_streamed(landed) %}
    {{ return(landed.path.endswith('.gz') and landed.bytes > 0) }}
{% endmacro %}

{#- DuckDB holds a file that it reads as bytes in memory. -#}
{% macro duckdb__is_streamed(landed) %}
    {{ return((landed.path.endswith('.gz') and landed.bytes > 0) or landed.bytes >= var('streamed_from_bytes') | int) }}
{% endmacro %}

{#- A name is no pattern to DuckDB's readers where each character that could make it one stands in brackets. -#}
{% macro duckdb_path_literal(path) %}
    {{ return(text_literal(modules.re.sub('([*?[])', '[\\1]', path))) }}
{% endmacro %}

{% macro duckdb_path_list(files) -%}
    [{% for landed in files %}{{ duckdb_path_literal(landed.path) }}{{ ', ' if not loop.last }}{% endfor %}]
{%- endmacro %}

{#-
    Where a file is not UTF-8 it is cut at its line feeds in DuckDB's notation of bytes, and every line that is text after
    all is turned back into text. The last line feed ends a line and begins none. Its size comes with each line: DuckDB,
    which cannot know how many lines a file has, would make a hash table of the lines to join them with a list of sizes.
-#}
{% macro duckdb_read_whole_files(files) %}
    select
        file,
        cast(line_number as bigint) as line_number,
        {{ duckdb_without_byte_order_mark('line') }} as line,
        cast(null as varchar) as rejection_code,
        file_bytes
    from (
        select
            file,
            line_number,
            case
                when is_text and ends_with(cut, chr(13)) then left(cut, -1)
                when is_text then cut
                else {{ duckdb_text_of_bytes("regexp_replace(cut, '\\\\x0D$', '')") }}
            end as line,
            file_bytes
        from (
            select
                file,
                file_bytes,
                is_text,
                len(lines) as line_count,
                generate_subscripts(lines, 1) as line_number,
                unnest(lines) as cut
            from (
                select
                    file,
                    cast(octet_length(content) as bigint) as file_bytes,
                    text is not null as is_text,
                    case
                        when text is not null then string_split(text, chr(10))
                        else string_split(regexp_replace(content::varchar, '^\\xEF\\xBB\\xBF', ''), '\x0A')
                    end as lines
                from (
                    select parse_filename(filename) as file, content, try(decode(content)) as text
                    from ({{ duckdb_read_side_by_side(files) }}) as contents
                ) as files
            ) as cut_files
        ) as cut_lines
        where not (line_number = line_count and cut = '')
    ) as whole_lines
{% endmacro %}

{#- One reader is one thread, also for all that is done with its lines: so a few of them read a file in turn each. -#}
{% macro duckdb_read_side_by_side(files) -%}
    {%- set readers = [files | length, 8] | min -%}
    {%- for reader in range(readers) %}
                        {{ 'union all ' if not loop.first }}select filename, content from read_blob({{ duckdb_path_list(files[reader::readers]) }})
    {%- endfor %}
                    {% endmacro %}

{#- Bytes in DuckDB's notation, as text: decoded where they can be, else with the printable ones as they are. -#}
{% macro duckdb_text_of_bytes(escaped) -%}
    coalesce(
        try(decode({{ escaped }}::blob)),
        replace(replace(replace({{ escaped }}, '\x22', '"'), '\x27', ''''), '\x5C', chr(92))
    )
{%- endmacro %}

{#- The line of a file without the mark that some programs begin it with; null where it is blank. -#}
{% macro duckdb_without_byte_order_mark(line) -%}
    nullif(
        case when line_number = 1 and starts_with({{ line }}, chr(65279)) then substr({{ line }}, 2) else {{ line }} end, ''
    )
{%- endmacro %}

{#-
    Spark and Databricks read all files of the list with one pattern. Only the line feed ends a line, as on
    DuckDB: by default a carriage return would end one as well. Lines are counted in the order of the file:
    by the block that a task reads, and by the order of reading in it.
-#}
{% macro spark__read_landed_lines(files, streamed_lines) %}
    {%- set plain = files | reject('in', select_streamed(files)) | list -%}
    {%- set reader = "text.`" ~ spark_pattern(plain) ~ "` with (lineSep = '\\n')" -%}
    {{ return(with_streamed_lines(files, streamed_lines, spark_read_lines(reader, plain) if plain)) }}
{% endmacro %}

{% macro databricks__read_landed_lines(files, streamed_lines) %}
    {%- set plain = files | reject('in', select_streamed(files)) | list -%}
    {%- set reader = "read_files('" ~ spark_pattern(plain) ~ "', format => 'text', lineSep => '\\n')" -%}
    {{ return(with_streamed_lines(files, streamed_lines, spark_read_lines(reader, plain) if plain)) }}
{% endmacro %}

{#- One pattern that matches exactly the given files, which stand in one folder; a name that is a pattern is refused. -#}
{% macro spark_pattern(files) %}
    {%- if not files -%}{{ return('') }}{%- endif -%}
    {%- for landed in files if not modules.re.fullmatch('[\\w.=@ -]*', landed.file) -%}
        {%- do exceptions.raise_compiler_error(
            'The landed file ' ~ landed.path ~ ' has a name that Spark would take for a pattern: rename it, with letters, '
            ~ 'digits, blanks and . _ = @ - only.'
        ) -%}
    {%- endfor -%}
    {%- set folder = files[0].path.rsplit('/', 1)[0] -%}
    {{ return(folder ~ '/{' ~ files | map(attribute='file') | join(',') ~ '}') }}
{% endmacro %}

{% macro spark_read_lines(reader, files) %}
    select
        numbered_lines.file,
        line_number,
        nullif(regexp_replace(if(line_number = 1, ltrim('\uFEFF', value), value), '\r$', ''), '') as line,
        cast(null as string) as rejection_code,
        file_bytes
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
    inner join ({{ landed_file_sizes(files) }}) as file_sizes on numbered_lines.file = file_sizes.file
{% endmacro %}
