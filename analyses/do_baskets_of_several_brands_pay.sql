-- What is a basket of several brands worth, and what does it cost in minutes?
--
-- What the default dataset shows after its first window: they pay. Three orders in ten mix brands, and each further
-- brand adds a third to the basket (9 to 17 dollars), so these orders bring nearly two fifths of the revenue. They
-- take about 3 minutes longer for each brand, because the slowest dish sets the pace, and so every third of them is
-- late instead of every fifth; their refunds take 9 to 15 % of what they bring instead of 6 to 8. That leaves more
-- than it costs: recommend a second brand, best one that cooks fast.
--
-- How to read it: orders of the last 28 days that have been delivered, by the number of brands in the basket.
-- refund_pct is the recommended refund as a share of revenue, late_pct the share past the kitchen's P75,
-- cooking_minutes from the start of cooking to its end.

{% set last_days = 28 %}

with order_headers as (
    select * from {{ ref('gold_order_header') }}
),

order_items as (
    select * from {{ ref('silver_order_items') }}
),

refund_candidates as (
    select * from {{ ref('refund_candidates') }}
),

order_timeline as (
    select * from {{ ref('silver_order_timeline') }}
),

refunds as (
    select * from {{ ref('refund_recommendations') }}
),

locations as (
    select * from {{ ref('locations') }}
),

latest as (
    select max(order_day) as day from order_headers
),

brands_per_order as (
    select
        order_id,
        count(distinct brand_id) as brands
    from order_items
    group by order_id
),

orders as (
    select
        order_headers.location_id,
        brands_per_order.brands,
        order_headers.order_revenue,
        order_headers.total_qty,
        order_timeline.prep_minutes,
        order_timeline.total_minutes,
        case when refund_candidates.is_late then 1.0 else 0.0 end as is_late,
        refunds.refund_usd
    from order_headers
    inner join brands_per_order on order_headers.order_id = brands_per_order.order_id
    inner join order_timeline on order_headers.order_id = order_timeline.order_id
    inner join refund_candidates on order_headers.order_id = refund_candidates.order_id
    inner join refunds on order_headers.order_id = refunds.order_id
    cross join latest
    where
        order_headers.order_day < latest.day
        and order_headers.order_day >= {{ add_days('latest.day', -last_days) }}
        and brands_per_order.brands > 0
),

baskets as (
    select
        location_id,
        brands,
        count(*) as orders,
        avg(cast(order_revenue as double)) as basket,
        avg(total_qty) as pieces,
        avg(prep_minutes) as prep_minutes,
        avg(total_minutes) as total_minutes,
        avg(is_late) as late,
        sum(cast(refund_usd as double)) / nullif(sum(cast(order_revenue as double)), 0) as refunded
    from orders
    group by location_id, brands
),

final as (
    select
        locations.name as kitchen,
        baskets.brands,
        round(100.0 * baskets.orders / sum(baskets.orders) over (partition by baskets.location_id)) as pct_of_orders,
        round(baskets.basket, 2) as basket_usd,
        round(baskets.total_minutes, 1) as minutes,
        round(100 * baskets.refunded, 1) as refund_pct,
        round(baskets.basket / nullif(baskets.brands, 0), 2) as usd_per_brand,
        round(baskets.pieces, 1) as pieces,
        round(baskets.prep_minutes, 1) as cooking_minutes,
        round(100 * baskets.late, 1) as late_pct,
        baskets.orders
    from baskets
    inner join locations on baskets.location_id = locations.location_id
)

select * from final
order by kitchen, brands
