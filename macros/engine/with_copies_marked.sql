{% macro with_copies_marked(lines) %}
    {{ return(adapter.dispatch('with_copies_marked')(lines)) }}
{% endmacro %}

{#- What is read from files is read once, so rows are compared with each other where they are. -#}
{% macro default__with_copies_marked(lines) -%}
    select
        {{ lines }}.*,
        row_number() over (
            partition by event_key, event_id, rejection_code is null order by file, line_number, ts, body
        ) > 1 as is_later_copy,
        max(case when rejection_code is null then event_ts end) over (partition by file) as arrived_ts
    from {{ lines }}
{%- endmacro %}

{#- Rows stay as they are, in their order: only keys are collected, and what occurs twice is rare. -#}
{% macro duckdb__with_copies_marked(lines) -%}
    select
        {{ lines }}.*,
        coalesce(repeated.first_copy < {'file': {{ lines }}.file, 'line_number': {{ lines }}.line_number}, false)
            as is_later_copy,
        arrivals.arrived_ts
    from {{ lines }}
    left join (
        select event_key, event_id, min({'file': file, 'line_number': line_number}) as first_copy
        from {{ lines }}
        where rejection_code is null
        group by event_key, event_id
        having count(*) > 1
    ) as repeated on {{ lines }}.event_key = repeated.event_key and {{ lines }}.event_id = repeated.event_id
    left join (
        select file, max(case when rejection_code is null then event_ts end) as arrived_ts
        from {{ lines }}
        group by file
    ) as arrivals on {{ lines }}.file = arrivals.file
{%- endmacro %}
