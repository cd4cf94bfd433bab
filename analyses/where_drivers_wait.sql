-- Where do drivers wait for food, and where does food wait for drivers?
--
-- What the default dataset shows after its first window: everywhere and all day. Four drivers in ten are there before
-- the food and wait about 6 (San Francisco) to 8 minutes (Chicago, Silicon Valley), no longer at the rush; the others
-- keep the food waiting, for 3 to 4 minutes where couriers are idle and for 6 to 10 at the rush, when there are too
-- few of them. The surprise is the counter: when driver and food are both there, another 6 minutes pass until he
-- leaves if he was first, 2 to 3 if the food was. Together the drivers of the four kitchens stand about 40 hours a
-- day waiting for food. So call drivers later where cooking is slow, hand over at once a bag whose driver is waiting,
-- and have more of them at lunch and dinner.
--
-- How to read it: two hours a row (from_hour 18 is 18:00 to 20:00, by the driver's arrival) over the last 28 days.
-- driver_waits: minutes until the food is ready, of drivers who came first. food_waits: minutes until the driver
-- comes, of food that was ready first. handover: minutes from both being there until he leaves, where the driver
-- was first; handover_food_first where the food was. driver_hours_a_day adds up driver_waits.

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

pickups as (
    select
        order_timeline.location_id,
        order_timeline.order_day,
        2 * floor(extract(hour from order_timeline.driver_arrived_ts) / 2) as from_hour,
        case when order_timeline.driver_arrived_ts < order_timeline.ready_ts then 1 else 0 end as driver_was_first,
        coalesce({{ minutes_between('order_timeline.driver_arrived_ts', 'order_timeline.ready_ts') }}, 0)
            as driver_waits,
        coalesce({{ minutes_between('order_timeline.ready_ts', 'order_timeline.driver_arrived_ts') }}, 0)
            as food_waits,
        {{ minutes_between(
            'greatest(order_timeline.ready_ts, order_timeline.driver_arrived_ts)', 'order_timeline.picked_up_ts'
        ) }} as handover
    from order_timeline
    cross join latest
    where
        order_timeline.order_day < latest.day
        and order_timeline.order_day >= {{ add_days('latest.day', -last_days) }}
        and order_timeline.ready_ts is not null
        and order_timeline.driver_arrived_ts is not null
        and order_timeline.picked_up_ts is not null
),

days as (
    select count(distinct order_day) as days from pickups
),

waits as (
    select
        location_id,
        from_hour,
        count(*) as pickups,
        avg(driver_was_first) as driver_was_first,
        sum(driver_waits) as driver_waited,
        avg(case when driver_was_first = 1 then driver_waits end) as driver_waits,
        avg(case when driver_was_first = 0 then food_waits end) as food_waits,
        avg(case when driver_was_first = 1 then handover end) as handover_driver_first,
        avg(case when driver_was_first = 0 then handover end) as handover_food_first
    from pickups
    group by location_id, from_hour
),

final as (
    select
        locations.name as kitchen,
        cast(waits.from_hour as integer) as from_hour,
        round(waits.driver_waited / 60 / days.days, 1) as driver_hours_a_day,
        round(waits.driver_waits, 1) as driver_waits,
        round(waits.food_waits, 1) as food_waits,
        round(waits.handover_driver_first, 1) as handover,
        round(waits.handover_food_first, 1) as handover_food_first,
        round(1.0 * waits.pickups / days.days, 1) as pickups_a_day,
        round(100 * waits.driver_was_first) as driver_first_pct
    from waits
    inner join locations on waits.location_id = locations.location_id
    cross join days
)

select * from final
order by kitchen, from_hour
