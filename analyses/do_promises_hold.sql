-- Does the drive time that is promised at pick-up hold?
--
-- What the default dataset shows after its first window: on average to the second, and that is the weakness. Promised
-- and driven minutes agree in every kitchen and at every length, so nearly every second customer waits longer than
-- promised. Hardly any short drive is more than 2 minutes over, of the drives of 10 minutes or more every eighth to
-- tenth, of those beyond 15 every fifth to seventh. Keeping nine promises in ten takes 14 to 17 % more for the
-- longest drives and a third more for the shortest, where one light is a large share: promise two minutes more,
-- rather than a share.
--
-- How to read it: drives of the last 28 days by the minutes promised when the driver left. kept_pct: arrived within
-- the promise. over_2_minutes_pct: more than two minutes after it. factor_for_90_pct: multiply the promise by this
-- to keep nine in ten. p90_overrun: nine in ten drives are at most so many minutes over. The promise is about the
-- drive only; what is promised when the order is placed is promised_minutes of silver_order_timeline.

{% set last_days = 28 %}

with order_timeline as (
    select * from {{ ref('silver_order_timeline') }}
),

locations as (
    select * from {{ ref('locations') }}
),

latest as (
    select max(order_day) as day from order_timeline
),

drives as (
    select
        order_timeline.location_id,
        case
            when order_timeline.eta_minutes < 5 then '1 up to 5 min'
            when order_timeline.eta_minutes < 10 then '2 5-10 min'
            when order_timeline.eta_minutes < 15 then '3 10-15 min'
            else '4 15 min or more'
        end as promised,
        order_timeline.eta_minutes,
        order_timeline.drive_minutes,
        order_timeline.drive_minutes - order_timeline.eta_minutes as overrun_minutes
    from order_timeline
    cross join latest
    where
        order_timeline.order_day < latest.day
        and order_timeline.order_day >= {{ add_days('latest.day', -last_days) }}
        and order_timeline.eta_minutes > 0
        and order_timeline.drive_minutes is not null
),

final as (
    select
        locations.name as kitchen,
        drives.promised,
        count(*) as drives,
        round(100.0 * count(case when drives.overrun_minutes <= 0 then 1 end) / count(*)) as kept_pct,
        round(100.0 * count(case when drives.overrun_minutes > 2 then 1 end) / count(*), 1) as over_2_minutes_pct,
        round(percentile_cont(0.9) within group (order by drives.drive_minutes / drives.eta_minutes), 2)
            as factor_for_90_pct,
        round(avg(drives.eta_minutes), 1) as promised_minutes,
        round(avg(drives.drive_minutes), 1) as driven_minutes,
        round(percentile_cont(0.9) within group (order by drives.overrun_minutes), 1) as p90_overrun
    from drives
    inner join locations on drives.location_id = locations.location_id
    group by locations.name, drives.promised
)

select * from final
order by kitchen, promised
