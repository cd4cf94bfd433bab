-- Grain: one row per kitchen, those without an order included.
-- A view: percentiles over all of history cannot be updated window by window, and they are read at most once a
-- window.

{{ config(materialized='view') }}

with orders as (
    select
        location_id,
        count(*) as orders,
        sum(order_revenue) as revenue
    from {{ ref('gold_order_header') }}
    group by location_id
),

deliveries as (
    select
        location_id,
        {{ percentile_minutes(50, 'total_minutes') }} as p50_minutes,
        {{ percentile_minutes(75, 'total_minutes') }} as p75_minutes,
        {{ percentile_minutes(99, 'total_minutes') }} as p99_minutes
    from {{ ref('silver_order_timeline') }}
    where total_minutes is not null
    group by location_id
),

refunds as (
    select
        location_id,
        count(*) filter (where refund_class = 'none') as refunds_none,
        count(*) filter (where refund_class = 'partial') as refunds_partial,
        count(*) filter (where refund_class = 'full') as refunds_full,
        sum(refund_usd) as refunded
    from {{ ref('refund_recommendations') }}
    group by location_id
),

final as (
    select
        locations.location_id,
        locations.name,
        coalesce(orders.orders, 0) as orders,
        cast(coalesce(orders.revenue, 0) as decimal(18, 2)) as revenue,
        deliveries.p50_minutes,
        deliveries.p75_minutes,
        deliveries.p99_minutes,
        coalesce(refunds.refunds_none, 0) as refunds_none,
        coalesce(refunds.refunds_partial, 0) as refunds_partial,
        coalesce(refunds.refunds_full, 0) as refunds_full,
        cast(coalesce(refunds.refunded, 0) as decimal(18, 2)) as refunded
    from {{ ref('locations') }} as locations
    left join orders on locations.location_id = orders.location_id
    left join deliveries on locations.location_id = deliveries.location_id
    left join refunds on locations.location_id = refunds.location_id
)

select * from final
