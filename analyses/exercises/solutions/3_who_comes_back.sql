-- Grain: one row per kitchen and week (its Monday) in which customers had their first delivered order.

with orders as (
    select * from lakeflow.silver_order_timeline
    where status = 'delivered' and customer_id is not null
),

locations as (
    select * from simulator.locations
),

-- The latest day has only begun.
latest as (
    select max(order_day) as day from lakeflow.silver_order_timeline
),

numbered as (
    select
        *,
        row_number() over (partition by customer_id order by created_ts, order_key) as order_number
    from orders
),

first_orders as (
    select
        customer_id,
        location_id,
        order_day
    from numbered
    where order_number = 1
),

later_orders as (
    select
        customer_id,
        min(order_day) as order_day
    from numbered
    where order_number > 1
    group by customer_id
),

final as (
    select
        locations.name as kitchen,
        cast(date_trunc('week', first_orders.order_day) as date) as first_week,
        count(*) as customers,
        count(case when later_orders.order_day - first_orders.order_day <= 28 then 1 end) as came_back
    from first_orders
    cross join latest
    inner join locations on first_orders.location_id = locations.location_id
    left join later_orders on first_orders.customer_id = later_orders.customer_id
    where latest.day - first_orders.order_day > 28
    group by locations.name, first_week
)

select * from final
