-- What does rain cost: how many more orders come, how much slower are they, how many are late or cancelled?
--
-- What the default dataset shows after its first window: a wet hour brings 13 to 20 % more orders than a dry one at
-- the same time of day. Where couriers are busy these take 4 to 5 minutes longer, 36 to 38 % are late instead of 21
-- to 23, and nearly twice as many are cancelled. Silicon Valley, whose couriers are idle for half of their time, gets
-- as many more orders and loses less than two: the price of rain is the couriers that are missing then. So the weather
-- of tomorrow is worth looking at before shifts are planned.
--
-- How to read it: dry and wet hours (rain or snow) of each kitchen over the last 70 days. orders_vs_dry_pct compares
-- the orders of the wet hours with those of dry hours at the same time of day, and minutes_vs_dry is by how many
-- minutes from order to door they are slower than these; both are 100 and 0 for the dry hours themselves. late_pct:
-- past P75 of the kitchen's last days. The weather is that of dim_weather.

{% set last_days = 70 %}

with order_timeline as (
    select * from {{ ref('silver_order_timeline') }}
),

candidates as (
    select * from {{ ref('refund_candidates') }}
),

weather as (
    select * from {{ ref('dim_weather') }}
),

locations as (
    select * from {{ ref('locations') }}
),

period as (
    select max(order_day) as latest_day
    from order_timeline
),

orders as (
    select
        order_timeline.location_id,
        order_timeline.order_day,
        extract(hour from order_timeline.created_ts) as hour_of_day,
        order_timeline.status,
        order_timeline.total_minutes,
        case when candidates.is_late then 1 else 0 end as is_late
    from order_timeline
    cross join period
    left join candidates on order_timeline.order_id = candidates.order_id
    where
        order_timeline.order_day < period.latest_day
        and order_timeline.order_day >= {{ add_days('period.latest_day', -last_days) }}
        and order_timeline.created_ts is not null
),

days as (
    select distinct order_day from orders
),

open_hours as (
    select distinct
        location_id,
        hour_of_day
    from orders
),

hours as (
    select
        open_hours.location_id,
        open_hours.hour_of_day,
        days.order_day,
        case
            when open_hours.hour_of_day >= weather.starts_hour and open_hours.hour_of_day < weather.ends_hour
                then 'wet'
            else 'dry'
        end as weather
    from open_hours
    cross join days
    inner join weather
        on open_hours.location_id = weather.location_id
        and days.order_day = weather.date_day
),

orders_of_hours as (
    select
        hours.location_id,
        hours.hour_of_day,
        hours.weather,
        count(distinct hours.order_day) as hours,
        count(orders.order_day) as orders,
        count(orders.total_minutes) as delivered,
        sum(orders.total_minutes) as minutes,
        sum(orders.is_late) as late,
        count(case when orders.status = 'cancelled' then 1 end) as cancelled
    from hours
    left join orders
        on hours.location_id = orders.location_id
        and hours.order_day = orders.order_day
        and hours.hour_of_day = orders.hour_of_day
    group by hours.location_id, hours.hour_of_day, hours.weather
),

-- What the same hours bring in when they are dry.
compared as (
    select
        all_hours.location_id,
        all_hours.weather,
        sum(all_hours.hours) as hours,
        sum(all_hours.orders) as orders,
        sum(all_hours.delivered) as delivered,
        sum(all_hours.minutes) as minutes,
        sum(all_hours.late) as late,
        sum(all_hours.cancelled) as cancelled,
        sum(all_hours.hours * (1.0 * dry.orders / dry.hours)) as orders_if_dry,
        sum(all_hours.delivered * (dry.minutes / nullif(dry.delivered, 0))) as minutes_if_dry
    from orders_of_hours as all_hours
    inner join orders_of_hours as dry
        on all_hours.location_id = dry.location_id and all_hours.hour_of_day = dry.hour_of_day and dry.weather = 'dry'
    group by all_hours.location_id, all_hours.weather
),

final as (
    select
        locations.name as kitchen,
        compared.weather,
        round(100 * compared.orders / nullif(compared.orders_if_dry, 0)) as orders_vs_dry_pct,
        0 + round((compared.minutes - compared.minutes_if_dry) / nullif(compared.delivered, 0), 1) as minutes_vs_dry,
        round(100.0 * compared.late / nullif(compared.delivered, 0)) as late_pct,
        round(100.0 * compared.cancelled / nullif(compared.orders, 0), 1) as cancelled_pct,
        round(compared.minutes / nullif(compared.delivered, 0), 1) as minutes,
        round(1.0 * compared.orders / compared.hours, 1) as orders_an_hour,
        compared.hours
    from compared
    inner join locations on compared.location_id = locations.location_id
)

select * from final
order by kitchen, weather
