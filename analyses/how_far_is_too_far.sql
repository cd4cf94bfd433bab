-- How far out do deliveries stop paying off: what does distance do to lateness, refunds and revenue?
--
-- What the default dataset shows after its first window: distance does not change what people order (baskets are
-- worth the same at every mile) but what it costs. Four orders in ten come from within a mile, one in twelve or less
-- from beyond three. A mile more adds 3 to 4 minutes; of the customers within a mile 15 to 20 % are late, in the
-- outermost mile about half, and there 14 to 21 % of revenue goes back in refunds instead of 5 to 7 %. A minute on
-- the road brings 6 dollars near the kitchen and 2 at the rim. Before wages every delivery pays off, but the last
-- mile is where a delivery fee, or a longer promise, belongs: refunds there are largely for distance, and the
-- customer could have been warned of it.
--
-- How to read it: delivered orders of the last 28 days by the distance from kitchen to door as the crow flies
-- (from_miles 2 is 2 to 3 miles). late_pct: past the kitchen's P75. refund_pct: recommended refunds as a share of
-- revenue. usd_per_drive_minute: revenue after refunds divided by minutes driven to the customer, without the way
-- back.

{% set last_days = 28 %}
{% set earth_radius_miles = 3958.8 %}

with order_timeline as (
    select * from {{ ref('silver_order_timeline') }}
),

refund_candidates as (
    select * from {{ ref('refund_candidates') }}
),

refunds as (
    select * from {{ ref('refund_recommendations') }}
),

locations as (
    select * from {{ ref('locations') }}
),

latest as (
    select max(delivered_day) as day from refund_candidates
),

-- The haversine formula: miles as the crow flies, from the kitchen to the door.
deliveries as (
    select
        refund_candidates.location_id,
        2 * {{ earth_radius_miles }} * asin(sqrt(
            power(sin(radians(order_timeline.customer_lat - locations.lat) / 2), 2)
            + cos(radians(locations.lat)) * cos(radians(order_timeline.customer_lat))
            * power(sin(radians(order_timeline.customer_lon - locations.lon) / 2), 2)
        )) as miles,
        refund_candidates.delivered_day,
        refund_candidates.total_minutes,
        order_timeline.drive_minutes,
        case when refund_candidates.is_late then 1.0 else 0.0 end as is_late,
        refund_candidates.order_revenue,
        refunds.refund_usd
    from refund_candidates
    inner join order_timeline on refund_candidates.order_id = order_timeline.order_id
    inner join refunds on refund_candidates.order_id = refunds.order_id
    inner join locations on refund_candidates.location_id = locations.location_id
    cross join latest
    where
        refund_candidates.delivered_day < latest.day
        and refund_candidates.delivered_day >= {{ add_days('latest.day', -last_days) }}
        and order_timeline.customer_lat is not null
        and order_timeline.customer_lon is not null
        and refund_candidates.total_minutes is not null
        and refund_candidates.order_revenue is not null
),

bands as (
    select
        location_id,
        floor(miles) as from_miles,
        count(*) as orders,
        avg(cast(order_revenue as double)) as basket,
        avg(drive_minutes) as drive_minutes,
        avg(total_minutes) as total_minutes,
        avg(is_late) as late,
        sum(cast(refund_usd as double)) as refunds,
        sum(cast(order_revenue as double)) as revenue,
        sum(drive_minutes) as driven_minutes
    from deliveries
    where miles < 10
    group by location_id, floor(miles)
),

final as (
    select
        locations.name as kitchen,
        cast(bands.from_miles as integer) as from_miles,
        round(100.0 * bands.orders / sum(bands.orders) over (partition by bands.location_id), 1) as pct_of_orders,
        round(100 * bands.late) as late_pct,
        round(100 * bands.refunds / nullif(bands.revenue, 0), 1) as refund_pct,
        round((bands.revenue - bands.refunds) / nullif(bands.driven_minutes, 0), 2) as usd_per_drive_minute,
        round(bands.basket, 2) as basket_usd,
        round(bands.drive_minutes, 1) as drive_minutes,
        round(bands.total_minutes, 1) as minutes,
        bands.orders
    from bands
    inner join locations on bands.location_id = locations.location_id
)

select * from final
order by kitchen, from_miles
