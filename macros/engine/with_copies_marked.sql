{% macro with_copies_marked(lines, already_loaded=none) %}
    {{ return(adapter.dispatch('with_copies_marked')(lines, already_loaded)) }}
{% endmacro %}

{#- What is read from files is read once, so rows are compared with each other where they are. -#}
{% macro default__with_copies_marked(lines, already_loaded) -%}
    select
        compared.*,
        {% if already_loaded -%}
        compared.is_later_copy or coalesce({{ already_loaded }}.first_file < compared.file, false) as is_copy
        {%- else -%}
        compared.is_later_copy as is_copy
        {%- endif %}
    from (
        select
            {{ lines }}.*,
            row_number() over (
                partition by event_key, event_id, rejection_code is null order by file, line_number, ts, body
            ) > 1 as is_later_copy,
            max(case when rejection_code is null then event_ts end) over (partition by file) as arrived_ts
        from {{ lines }}
    ) as compared
    {%- if already_loaded %}
    left join {{ already_loaded }} on compared.event_id = {{ already_loaded }}.event_id
    {%- endif %}
{%- endmacro %}

{#-
    Rows stay as they are, in their order: only keys are collected, and what occurs twice is rare, so the ids themselves are
    compared only where a key does. A row is asked whether it
    is among the copies and not joined with them: DuckDB, which cannot know how many rows a file has, would make its hash
    table of the rows.
-#}
{% macro duckdb__with_copies_marked(lines, already_loaded) -%}
    select
        {{ lines }}.*,
        ({{ lines }}.file, {{ lines }}.line_number) in (
            select (arrived_copies.file, arrived_copies.line_number)
            from {{ lines }} as arrived_copies
            inner join (
                select event_key, event_id, min({'file': file, 'line_number': line_number}) as first_copy
                from {{ lines }}
                where
                    rejection_code is null
                    and event_key in (
                        select event_key from {{ lines }}
                        where rejection_code is null
                        group by event_key
                        having count(*) > 1
                    )
                group by event_key, event_id
                having count(*) > 1
            ) as repeated
                on arrived_copies.event_key = repeated.event_key and arrived_copies.event_id = repeated.event_id
            where repeated.first_copy < {'file': arrived_copies.file, 'line_number': arrived_copies.line_number}
            {%- if already_loaded %}
            union all
            select (arrived_copies.file, arrived_copies.line_number)
            from {{ lines }} as arrived_copies
            inner join {{ already_loaded }} on arrived_copies.event_id = {{ already_loaded }}.event_id
            where {{ already_loaded }}.first_file < arrived_copies.file
            {%- endif %}
        ) as is_copy,
        arrivals.arrived_ts
    from {{ lines }}
    left join (
        select file, max(case when rejection_code is null then event_ts end) as arrived_ts
        from {{ lines }}
        group by file
    ) as arrivals on {{ lines }}.file = arrivals.file
{%- endmacro %}
