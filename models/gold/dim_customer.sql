-- Grain: one row per customer who has ordered.

{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    meta={'increment': {
        'key_column': 'customer_key',
        'affected_by': [
            {'model': 'silver_order_timeline', 'partition': 'customer_key'},
            {'model': 'silver_order_items', 'partition': hash64('customer_id')}
        ]
    }}
) }}

with orders as (
    select * from {{ ref('silver_order_timeline') }}
    where customer_key is not null and {{ is_affected('customer_key') }}
),

order_items as (
    select * from {{ ref('silver_order_items') }}
),

ranked_orders as (
    select
        *,
        row_number() over (partition by customer_key order by created_ts, order_id) as order_number
    from orders
),

-- Who moves orders elsewhere: the kitchen is that of the first order.
first_orders as (
    select * from ranked_orders
    where order_number = 1
),

order_counts as (
    select
        customer_key,
        max(order_day) as latest_order_day,
        count(*) as orders,
        count(case when status = 'delivered' then 1 end) as orders_delivered,
        count(case when status = 'cancelled' then 1 end) as orders_cancelled
    from orders
    group by customer_key
),

brand_counts as (
    select
        orders.customer_key,
        order_items.brand_id,
        sum(order_items.qty) as items,
        sum(order_items.extended_price) as revenue
    from orders
    inner join order_items
        on orders.order_day = order_items.order_day
        and orders.order_id = order_items.order_id
    group by orders.customer_key, order_items.brand_id
),

ranked_brands as (
    select
        customer_key,
        brand_id,
        row_number() over (partition by customer_key order by items desc, brand_id asc) as preference
    from brand_counts
    where brand_id is not null
),

revenues as (
    select
        customer_key,
        sum(revenue) as revenue
    from brand_counts
    group by customer_key
),

final as (
    select
        first_orders.customer_key,
        first_orders.customer_id,
        first_orders.location_id,
        first_orders.order_key as first_order_key,
        first_orders.order_id as first_order_id,
        first_orders.created_ts as first_order_ts,
        first_orders.order_day as first_order_day,
        {{ week_start('first_orders.order_day') }} as cohort_week,
        order_counts.latest_order_day,
        order_counts.orders,
        order_counts.orders_delivered,
        order_counts.orders_cancelled,
        cast(coalesce(revenues.revenue, 0) as decimal(18, 2)) as revenue,
        ranked_brands.brand_id as favourite_brand_id,
        order_counts.orders > 1 as is_repeat_customer
    from first_orders
    inner join order_counts on first_orders.customer_key = order_counts.customer_key
    left join revenues on first_orders.customer_key = revenues.customer_key
    left join ranked_brands
        on first_orders.customer_key = ranked_brands.customer_key
        and ranked_brands.preference = 1
)

select * from final
