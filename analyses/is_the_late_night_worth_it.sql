-- Is the late night (21:00 to 01:00) worth staying open for, and is it growing?
--
-- What the default dataset shows after its first window: in Silicon Valley, yes: two orders in five come between
-- 21:00 and 01:00, and since the first week they have grown faster than the day's. It is the only time at which this
-- kitchen queues: every third of these orders is late, against every fifth by day. So it needs hands from 22:00 on,
-- not at dinner. Elsewhere the late night is a tenth of the orders, grows or shrinks with the day, and is the fastest
-- time there is. Everywhere baskets are a sixth to a fifth smaller at night, when people eat alone, and no brand
-- rules it: the leading one has an eighth of the revenue at most, and even in Silicon Valley that is Noodlemoor
-- Ramen, not Moonfryer Late Snacks.
--
-- How to read it: last 28 days, except of_first_week: orders of the last seven days divided by those of the first
-- seven (of the last 70). late_pct is the share past the kitchen's P75, queue_minutes the mean until cooking
-- begins, best_brand the one with the most revenue, and best_brand_pct its share.

{% set last_days = 28 %}
{% set growth_days = 70 %}

with order_timeline as (
    select * from {{ ref('silver_order_timeline') }}
),

order_headers as (
    select * from {{ ref('gold_order_header') }}
),

order_items as (
    select * from {{ ref('silver_order_items') }}
),

refund_candidates as (
    select * from {{ ref('refund_candidates') }}
),

brands as (
    select * from {{ ref('brands') }}
),

locations as (
    select * from {{ ref('locations') }}
),

period as (
    select
        {{ add_days('max(order_day)', -1) }} as last_day,
        greatest(min(order_day), {{ add_days('max(order_day)', -growth_days) }}) as first_day
    from order_timeline
),

orders as (
    select
        order_timeline.order_id,
        order_timeline.location_id,
        case
            when extract(hour from order_timeline.created_ts) in (21, 22, 23, 0) then 'late night'
            else 'rest of the day'
        end as part_of_day,
        order_timeline.order_day,
        case
            when order_timeline.order_day > {{ add_days('period.last_day', -last_days) }} then 1
            else 0
        end as is_recent,
        case when order_timeline.order_day > {{ add_days('period.last_day', -7) }} then 1 else 0 end as in_last_week,
        case when order_timeline.order_day < {{ add_days('period.first_day', 7) }} then 1 else 0 end as in_first_week,
        order_timeline.queue_minutes,
        order_timeline.total_minutes,
        cast(order_headers.order_revenue as double) as revenue,
        case when refund_candidates.is_late then 1.0 else 0.0 end as is_late
    from order_timeline
    inner join order_headers on order_timeline.order_id = order_headers.order_id
    inner join refund_candidates on order_timeline.order_id = refund_candidates.order_id
    cross join period
    where
        order_timeline.order_day between period.first_day and period.last_day
        and order_timeline.created_ts is not null
),

parts as (
    select
        location_id,
        part_of_day,
        sum(is_recent) as orders,
        1.0 * sum(is_recent) / nullif(count(distinct case when is_recent = 1 then order_day end), 0) as orders_a_day,
        1.0 * sum(in_last_week) / nullif(sum(in_first_week), 0) as growth,
        avg(case when is_recent = 1 then revenue end) as basket,
        avg(case when is_recent = 1 then queue_minutes end) as queue_minutes,
        avg(case when is_recent = 1 then total_minutes end) as total_minutes,
        avg(case when is_recent = 1 then is_late end) as late
    from orders
    group by location_id, part_of_day
),

brand_sales as (
    select
        orders.location_id,
        orders.part_of_day,
        order_items.brand_id,
        sum(order_items.extended_price) as revenue
    from orders
    inner join order_items on orders.order_id = order_items.order_id
    where orders.is_recent = 1
    group by orders.location_id, orders.part_of_day, order_items.brand_id
),

ranked_brands as (
    select
        location_id,
        part_of_day,
        brand_id,
        cast(revenue as double) / nullif(sum(cast(revenue as double)) over (partition by location_id, part_of_day), 0)
            as share,
        row_number() over (partition by location_id, part_of_day order by revenue desc, brand_id) as place
    from brand_sales
),

final as (
    select
        locations.name as kitchen,
        parts.part_of_day,
        round(100.0 * parts.orders / sum(parts.orders) over (partition by parts.location_id), 1) as pct_of_orders,
        round(parts.growth, 2) as of_first_week,
        round(100 * parts.late, 1) as late_pct,
        round(parts.basket, 2) as basket_usd,
        round(parts.orders_a_day, 1) as orders_a_day,
        round(parts.queue_minutes, 1) as queue_minutes,
        round(parts.total_minutes, 1) as minutes,
        brands.name as best_brand,
        round(100 * ranked_brands.share, 1) as best_brand_pct
    from parts
    inner join locations on parts.location_id = locations.location_id
    left join ranked_brands
        on parts.location_id = ranked_brands.location_id
        and parts.part_of_day = ranked_brands.part_of_day
        and ranked_brands.place = 1
    left join brands on ranked_brands.brand_id = brands.brand_id
)

select * from final
order by kitchen, part_of_day
