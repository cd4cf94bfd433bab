-- Do addresses order again, and more often than chance alone would bring them back?
--
-- What the default dataset shows after its first window: they do, but they are not alike. Of the addresses that
-- appear in the first two weeks, which include all that ordered before, 6 to 8 in 10 order again within four weeks,
-- about as many as if every order came from an address drawn at random, or more. Of the newcomers of later weeks only
-- 4 to 5 in 10 do, though chance would bring back 5 to 7: those who order often have been seen by then, and who is
-- new is mostly somebody who orders seldom. An address is not a person, and many doors have several:
-- who_are_the_regulars asks the people.
--
-- How to read it: one row per kitchen and week in which an address ordered for the first time in the last 70 days.
-- again_in_28_days_pct is the share that ordered again within 28 days, by_chance_pct what a random draw would give;
-- compare these two. Empty where the days have not passed yet. The first weeks include addresses that ordered before
-- as well, because the data begins there.

{% set last_days = 70 %}

with order_timeline as (
    select * from {{ ref('silver_order_timeline') }}
),

locations as (
    select * from {{ ref('locations') }}
),

period as (
    select
        {{ add_days('max(order_day)', -1) }} as last_day,
        greatest(min(order_day), {{ add_days('max(order_day)', -last_days) }}) as first_day
    from order_timeline
),

orders as (
    select
        order_timeline.location_id,
        order_timeline.customer_addr,
        order_timeline.order_id,
        order_timeline.created_ts,
        order_timeline.order_day
    from order_timeline
    cross join period
    where
        order_timeline.order_day between period.first_day and period.last_day
        and order_timeline.customer_addr is not null
        and order_timeline.created_ts is not null
),

numbered_orders as (
    select
        location_id,
        order_day,
        row_number() over (
            partition by location_id, customer_addr order by created_ts, order_id
        ) as order_number,
        lead(order_day) over (
            partition by location_id, customer_addr order by created_ts, order_id
        ) as next_order_day
    from orders
),

orders_per_address as (
    select
        location_id,
        customer_addr,
        count(*) as orders
    from orders
    group by location_id, customer_addr
),

-- If every address is as likely as any other, those never seen are about once² / (2 × twice).
reach as (
    select
        location_id,
        count(*)
        + power(count(case when orders = 1 then 1 end), 2)
        / nullif(2.0 * count(case when orders = 2 then 1 end), 0) as addresses
    from orders_per_address
    group by location_id
),

orders_per_day as (
    select
        location_id,
        order_day,
        count(*) as orders
    from orders
    group by location_id, order_day
),

-- The first order comes, on average, in the middle of its day.
coming_orders as (
    select
        location_id,
        order_day,
        sum(orders) over (
            partition by location_id order by order_day rows between current row and 28 following
        ) - orders / 2.0 as orders
    from orders_per_day
),

first_orders as (
    select
        numbered_orders.location_id,
        cast(
            floor({{ datediff('period.first_day', 'numbered_orders.order_day', 'day') }} / 7) as integer
        ) as week,
        {{ datediff('numbered_orders.order_day', 'period.last_day', 'day') }} as days_since,
        {{ datediff('numbered_orders.order_day', 'numbered_orders.next_order_day', 'day') }} as days_until_next,
        1 - exp(-1.0 * coming_orders.orders / reach.addresses) as chance
    from numbered_orders
    inner join coming_orders
        on numbered_orders.location_id = coming_orders.location_id
        and numbered_orders.order_day = coming_orders.order_day
    inner join reach on numbered_orders.location_id = reach.location_id
    cross join period
    where numbered_orders.order_number = 1
),

-- A week is followed for so many days only once they have passed for all of it.
cohorts as (
    select
        location_id,
        week,
        count(*) as addresses,
        case
            when min(days_since) >= 7 then avg(case when days_until_next <= 7 then 1.0 else 0.0 end)
        end as again_in_7_days,
        case
            when min(days_since) >= 14 then avg(case when days_until_next <= 14 then 1.0 else 0.0 end)
        end as again_in_14_days,
        case
            when min(days_since) >= 28 then avg(case when days_until_next <= 28 then 1.0 else 0.0 end)
        end as again_in_28_days,
        case when min(days_since) >= 28 then avg(chance) end as by_chance
    from first_orders
    group by location_id, week
),

final as (
    select
        locations.name as kitchen,
        {{ add_days('period.first_day', '(7 * cohorts.week)') }} as first_order_from,
        cohorts.addresses,
        round(100 * cohorts.again_in_28_days, 1) as again_in_28_days_pct,
        round(100 * cohorts.by_chance, 1) as by_chance_pct,
        round(100 * cohorts.again_in_14_days, 1) as again_in_14_days_pct,
        round(100 * cohorts.again_in_7_days, 1) as again_in_7_days_pct
    from cohorts
    inner join locations on cohorts.location_id = locations.location_id
    cross join period
)

select * from final
order by kitchen, first_order_from
