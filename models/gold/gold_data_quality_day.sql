-- Grain: one row per kitchen and day: what landed of it and what became of it.
--
-- Lines count on the day on which they say that they happened, orders on the day on which they were created. A
-- line without a time counts on the day on which its file arrived, and on 1970-01-01 where the file holds no event
-- at all; a line that names no known kitchen counts under location_id 0.

{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    meta={'increment': {
        'partition_column': 'day',
        'affected_by': [
            {'model': 'landed_lines', 'partition': line_day()},
            {'model': 'silver_order_timeline', 'partition': 'order_day'}
        ]
    }}
) }}

with landed_lines as (
    {{ lines_of_affected_days() }}
),

-- GPS fixes are not required: a drive of less than a minute has none.
orders as (
    select
        *,
        created_ts is null
        or (started_ts is null and coalesce(finished_ts, ready_ts, picked_up_ts, delivered_ts) is not null)
        or (finished_ts is null and coalesce(ready_ts, picked_up_ts, delivered_ts) is not null)
        or (ready_ts is null and coalesce(picked_up_ts, delivered_ts) is not null)
        or (driver_arrived_ts is null and coalesce(picked_up_ts, delivered_ts) is not null)
        or (picked_up_ts is null and (pings > 0 or delivered_ts is not null)) as lacks_a_step
    from {{ ref('silver_order_timeline') }}
    where {{ is_affected('order_day') }}
),

rejection_reasons as (
    select * from {{ ref('rejection_reasons') }}
),

lines as (
    select
        coalesce(landed_lines.location_id, 0) as location_id,
        {{ line_day() }} as day,
        landed_lines.rejection_code is null and not landed_lines.is_duplicate as is_event,
        landed_lines.is_duplicate,
        rejection_reasons.fault_group,
        case when landed_lines.rejection_code is null and not landed_lines.is_duplicate then
            {{ milliseconds_between('landed_lines.event_ts', 'landed_lines.arrived_ts') }} / 60000.0
        end as lateness_minutes,
        {{ window_minutes('landed_lines.landed_window') }} as window_minutes
    from landed_lines
    left join rejection_reasons on landed_lines.rejection_code = rejection_reasons.rejection_code
),

lines_of_a_day as (
    select
        location_id,
        day,
        count(*) as lines,
        count(case when is_event then 1 end) as events,
        count(case when is_duplicate then 1 end) as duplicates,
        count(fault_group) as rejected,
        count(case when fault_group = 'unreadable' then 1 end) as rejected_unreadable,
        count(case when fault_group = 'incomplete' then 1 end) as rejected_incomplete,
        count(case when fault_group = 'wrong type' then 1 end) as rejected_wrong_type,
        count(case when fault_group = 'unknown' then 1 end) as rejected_unknown,
        count(case when fault_group = 'impossible' then 1 end) as rejected_impossible,
        count(case when lateness_minutes > window_minutes then 1 end) as late_events,
        {{ percentile_minutes(50, 'lateness_minutes') }} as p50_lateness_minutes,
        {{ exact_minutes('cast(round(max(lateness_minutes) * 60000) as bigint)') }} as max_lateness_minutes
    from lines
    group by location_id, day
),

orders_of_a_day as (
    select
        location_id,
        order_day as day,
        count(*) as orders,
        count(created_ts) as orders_created,
        count(case when status = 'delivered' and not lacks_a_step then 1 end) as orders_complete,
        count(case when status = 'cancelled' and not lacks_a_step then 1 end) as orders_cancelled,
        count(case when lacks_a_step then 1 end) as orders_missing_steps,
        count(case when status = 'in_progress' and not lacks_a_step then 1 end) as orders_in_progress,
        count(case when delivered_ts < created_ts then 1 end) as orders_delivered_before_created,
        count(case when creations > 1 then 1 end) as orders_created_twice
    from orders
    group by location_id, order_day
),

final as (
    select
        coalesce(lines_of_a_day.location_id, orders_of_a_day.location_id) as location_id,
        coalesce(lines_of_a_day.day, orders_of_a_day.day) as day,
        coalesce(lines, 0) as lines,
        coalesce(events, 0) as events,
        coalesce(duplicates, 0) as duplicates,
        coalesce(rejected, 0) as rejected,
        coalesce(rejected_unreadable, 0) as rejected_unreadable,
        coalesce(rejected_incomplete, 0) as rejected_incomplete,
        coalesce(rejected_wrong_type, 0) as rejected_wrong_type,
        coalesce(rejected_unknown, 0) as rejected_unknown,
        coalesce(rejected_impossible, 0) as rejected_impossible,
        coalesce(late_events, 0) as late_events,
        p50_lateness_minutes,
        max_lateness_minutes,
        coalesce(orders, 0) as orders,
        coalesce(orders_created, 0) as orders_created,
        coalesce(orders_complete, 0) as orders_complete,
        coalesce(orders_cancelled, 0) as orders_cancelled,
        coalesce(orders_missing_steps, 0) as orders_missing_steps,
        coalesce(orders_in_progress, 0) as orders_in_progress,
        coalesce(orders_delivered_before_created, 0) as orders_delivered_before_created,
        coalesce(orders_created_twice, 0) as orders_created_twice
    from lines_of_a_day
    full outer join orders_of_a_day
        on lines_of_a_day.location_id = orders_of_a_day.location_id
        and lines_of_a_day.day = orders_of_a_day.day
)

select * from final
