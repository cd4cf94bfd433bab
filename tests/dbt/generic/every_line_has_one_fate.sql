{#-
    This test finds lines that are neither event, duplicate nor rejected, or more than one of them, and
    events of which more or less than one copy is accepted.
-#}
{% test every_line_has_one_fate(model) %}
{{ config(meta={'compares': ['event_key']}) }}

with lines as (
    select * from {{ model }}
),

confused as (
    select file, line_number, 'rejected and more' as problem
    from lines
    where rejection_code is not null and (is_duplicate or event_key is not null)
),

unreadable as (
    select file, line_number, 'accepted without being readable' as problem
    from lines
    where
        rejection_code is null
        and (event_id is null or event_ts is null or order_id is null or event_key is null)
),

copies as (
    select min(file) as file, min(line_number) as line_number, 'not exactly one copy accepted' as problem
    from lines
    where rejection_code is null
    group by event_id
    having count(case when not is_duplicate then 1 end) <> 1
)

select * from confused
union all
select * from unreadable
union all
select * from copies

{% endtest %}
