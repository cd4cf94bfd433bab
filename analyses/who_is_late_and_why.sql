-- Who is late, and does the kitchen, the driver or the distance explain it?
--
-- What the default dataset shows after its first window: the kitchen more than anybody else. Six to seven tenths of
-- the extra minutes of a late order arise in the kitchen, a seventh to a quarter with the driver, most of it a bag
-- that waits because no driver is free, the rest is a longer way. Late orders (past P75) are slow dishes (5 to 7
-- minutes more cooking) and a queue (3 to 5); very late ones (past P99) are queues: 20 to 60 minutes more before
-- anyone cooks. In Chicago the queue leads by far already among the merely late. So more hands at the rush help where
-- it hurts; faster drivers would not.
--
-- How to read it: each row compares the late orders of a kitchen with its orders on time, over the last 28 days.
-- main_cause is the stage with the most extra minutes; kitchen_pct, driver_pct and distance_pct are the shares of
-- the extra minutes, and the extra_ columns the minutes themselves. "Driver" means two stages: the ready order
-- waiting for pick-up, and driving slower than promised. A longer way is a longer
-- promised drive, which has the rush hour in it. A quarter of the orders is late by definition, because a kitchen
-- is judged by its own last week: this says why, kitchens_week_by_week says whether it gets worse.

{% set last_days = 28 %}

with refund_candidates as (
    select * from {{ ref('refund_candidates') }}
),

order_timeline as (
    select * from {{ ref('silver_order_timeline') }}
),

locations as (
    select * from {{ ref('locations') }}
),

latest as (
    select max(delivered_day) as day from refund_candidates
),

-- Late is what the refund policy calls late: slower than three quarters of the kitchen's last week.
judged_orders as (
    select
        refund_candidates.location_id,
        case
            when refund_candidates.total_minutes > refund_candidates.p99_minutes then 'very late'
            when refund_candidates.is_late then 'late'
            else 'on time'
        end as lateness,
        order_timeline.total_minutes,
        order_timeline.queue_minutes,
        order_timeline.prep_minutes,
        order_timeline.pack_minutes,
        order_timeline.pickup_wait_minutes,
        order_timeline.eta_minutes,
        order_timeline.drive_minutes - order_timeline.eta_minutes as overrun_minutes
    from refund_candidates
    inner join order_timeline on refund_candidates.order_id = order_timeline.order_id
    cross join latest
    where
        refund_candidates.delivered_day < latest.day
        and refund_candidates.delivered_day >= {{ add_days('latest.day', -last_days) }}
        and refund_candidates.is_late is not null
),

averages as (
    select
        location_id,
        lateness,
        count(*) as orders,
        avg(total_minutes) as total_minutes,
        avg(queue_minutes) as queue_minutes,
        avg(prep_minutes) as prep_minutes,
        avg(pack_minutes) as pack_minutes,
        avg(pickup_wait_minutes) as pickup_wait_minutes,
        avg(eta_minutes) as eta_minutes,
        avg(overrun_minutes) as overrun_minutes
    from judged_orders
    group by location_id, lateness
),

extra_minutes as (
    select
        late.location_id,
        late.lateness,
        late.orders,
        late.total_minutes,
        late.total_minutes - on_time.total_minutes as extra,
        late.queue_minutes - on_time.queue_minutes as queue,
        late.prep_minutes - on_time.prep_minutes as cooking,
        late.pack_minutes - on_time.pack_minutes as packing,
        late.pickup_wait_minutes - on_time.pickup_wait_minutes as pickup,
        late.eta_minutes - on_time.eta_minutes as longer_way,
        late.overrun_minutes - on_time.overrun_minutes as slower_drive
    from averages as late
    inner join averages as on_time
        on late.location_id = on_time.location_id
        and on_time.lateness = 'on time'
    where late.lateness != 'on time'
),

final as (
    select
        locations.name as kitchen,
        extra_minutes.lateness,
        case greatest(
            extra_minutes.queue,
            extra_minutes.cooking,
            extra_minutes.packing,
            extra_minutes.pickup,
            extra_minutes.longer_way,
            extra_minutes.slower_drive
        )
            when extra_minutes.queue then 'queue'
            when extra_minutes.cooking then 'cooking'
            when extra_minutes.packing then 'packing'
            when extra_minutes.pickup then 'pickup'
            when extra_minutes.longer_way then 'longer way'
            else 'slower drive'
        end as main_cause,
        round(
            100 * (extra_minutes.queue + extra_minutes.cooking + extra_minutes.packing)
            / nullif(extra_minutes.extra, 0)
        ) as kitchen_pct,
        round(100 * (extra_minutes.pickup + extra_minutes.slower_drive) / nullif(extra_minutes.extra, 0)) as driver_pct,
        round(100 * extra_minutes.longer_way / nullif(extra_minutes.extra, 0)) as distance_pct,
        extra_minutes.orders,
        round(extra_minutes.total_minutes, 1) as minutes,
        round(extra_minutes.extra, 1) as extra_minutes,
        round(extra_minutes.queue, 1) as extra_queue,
        round(extra_minutes.cooking, 1) as extra_cooking,
        round(extra_minutes.packing, 1) as extra_packing,
        round(extra_minutes.pickup, 1) as extra_pickup,
        round(extra_minutes.longer_way, 1) as extra_longer_way,
        round(extra_minutes.slower_drive, 1) as extra_slower_drive
    from extra_minutes
    inner join locations on extra_minutes.location_id = locations.location_id
)

select * from final
order by kitchen, lateness
