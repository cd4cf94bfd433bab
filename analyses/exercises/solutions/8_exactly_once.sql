-- Grain: one row, about all that has landed.

with lines as (
    select * from landed
),

orders as (
    select
        order_id,
        max(sequence) + 1 as events_to_expect,
        count(distinct event_id) as events
    from lines
    group by order_id
),

final as (
    select
        (select count(*) from lines) as lines,
        (select count(distinct event_id) from lines) as events,
        (select count(*) - count(distinct event_id) from lines) as repeated,
        (select sum(events_to_expect - events) from orders) as missing
)

select * from final
