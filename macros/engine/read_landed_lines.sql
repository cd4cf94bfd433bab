{% macro read_landed_lines(files) %}
    {{ return(adapter.dispatch('read_landed_lines')(files)) }}
{% endmacro %}

{#-
    A plain file is read whole, as bytes: only so is a line what stands between two line feeds, whatever its bytes are. What
    is compressed, or too large to hold, is streamed by the CSV reader.
-#}
{% macro duckdb__read_landed_lines(files) %}
    {%- set whole, streamed = [], [] -%}
    {%- for landed in files -%}
        {%- do (streamed if landed.path.endswith('.gz') or landed.bytes >= 1073741824 else whole).append(landed) -%}
    {%- endfor -%}
    {%- set queries = [] -%}
    {%- if whole -%}{%- do queries.append(duckdb_read_whole_files(whole)) -%}{%- endif -%}
    {%- if streamed -%}{%- do queries.append(duckdb_stream_files(streamed)) -%}{%- endif -%}
    {{ return(
        queries | join('\n    union all\n    ')
        or 'select null::varchar as file, null::bigint as line_number, null::varchar as line where false'
    ) }}
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
    all is turned back into text. The last line feed ends a line and begins none.
-#}
{% macro duckdb_read_whole_files(files) %}
    select
        file,
        cast(line_number as bigint) as line_number,
        {{ duckdb_without_byte_order_mark('line') }} as line
    from (
        select
            file,
            line_number,
            case
                when is_text and ends_with(cut, chr(13)) then left(cut, -1)
                when is_text then cut
                else {{ duckdb_text_of_bytes("regexp_replace(cut, '\\\\x0D$', '')") }}
            end as line
        from (
            select
                file,
                is_text,
                len(lines) as line_count,
                generate_subscripts(lines, 1) as line_number,
                unnest(lines) as cut
            from (
                select
                    file,
                    text is not null as is_text,
                    case
                        when text is not null then string_split(text, chr(10))
                        else string_split(content::varchar, '\x0A')
                    end as lines
                from (
                    select parse_filename(filename) as file, content, try(decode(content)) as text
                    from read_blob({{ duckdb_path_list(files) }})
                ) as files
            ) as cut_files
        ) as cut_lines
        where not (line_number = line_count and cut = '')
    ) as whole_lines
{% endmacro %}

{#-
    Latin-1 has a character for every byte, so the reader stops at none; what is not ASCII is decoded afterwards. The
    delimiter is a byte that no UTF-8 text holds.
-#}
{% macro duckdb_stream_files(files) %}
    {%- set reader -%}
        read_csv(
            {{ duckdb_path_list(files) }},
            columns = {'line': 'VARCHAR'}, auto_detect = false, header = false, filename = true,
            delim = chr(255), quote = '', escape = '', strict_mode = false, encoding = 'latin-1',
            max_line_size = 67108864
        )
    {%- endset -%}
    select
        file,
        line_number,
        {{ duckdb_without_byte_order_mark('line') }} as line
    from (
        select
            parse_filename(lines.filename) as file,
            cast(lines.position - first_line.lines_before as bigint) as line_number,
            case
                when regexp_full_match(lines.line, '[\x00-\x7F]*') then lines.line
                else {{ duckdb_text_of_bytes(
                    "unhex(array_to_string(list_transform(string_split(lines.line, ''),"
                    ~ " lambda letter: format('{:02X}', unicode(letter))), ''))::varchar"
                ) }}
            end as line
        from (select filename, line, row_number() over () as position from {{ reader }}) as lines
        inner join (
            select filename, sum(count(*)) over (order by filename) - count(*) as lines_before
            from {{ reader }}
            group by filename
        ) as first_line on lines.filename = first_line.filename
    ) as streamed_lines
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
{% macro spark__read_landed_lines(files) %}
    {{ return(spark_read_lines(files, "text.`" ~ spark_pattern(files) ~ "` with (lineSep = '\\n')")) }}
{% endmacro %}

{% macro databricks__read_landed_lines(files) %}
    {{ return(spark_read_lines(
        files, "read_files('" ~ spark_pattern(files) ~ "', format => 'text', lineSep => '\\n')"
    )) }}
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
