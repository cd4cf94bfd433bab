-- Who are the regulars, how much do they bring in, and are they loyal to a brand?
--
-- How to read it: customers of each kitchen by how often they ordered in the last 70 days (orders: 1, 2-3, 4-9, more).
-- pct_of_customers and pct_of_revenue say how many they are and what they are worth; cancelled orders count for
-- neither. days_between is the median of the days from one order to the next. favourite_pct is the share of a
-- customer's orders that have something of the brand the customer orders most, by_chance_pct what the most popular
-- brand of the kitchen would give: well above it is loyalty. With one order both are empty. A dataset that does not
-- name its customers has no rows; do_addresses_come_back asks the same of addresses.

{% set last_days = 70 %}

with order_timeline as (
    select * from {{ ref('silver_order_timeline') }}
),

order_items as (
    select * from {{ ref('silver_order_items') }}
),

order_headers as (
    select * from {{ ref('gold_order_header') }}
),

locations as (
    select * from {{ ref('locations') }}
),

latest as (
    select max(order_day) as day from order_timeline
),

orders as (
    select
        order_timeline.order_id,
        order_timeline.location_id,
        order_timeline.customer_id,
        order_timeline.order_day,
        lag(order_timeline.order_day) over (
            partition by order_timeline.location_id, order_timeline.customer_id
            order by order_timeline.created_ts, order_timeline.order_id
        ) as day_before
    from order_timeline
    cross join latest
    where
        order_timeline.order_day < latest.day
        and order_timeline.order_day >= {{ add_days('latest.day', -last_days) }}
        and order_timeline.customer_id is not null
        and order_timeline.status <> 'cancelled'
),

customers as (
    select
        orders.location_id,
        orders.customer_id,
        count(*) as orders,
        sum(order_headers.order_revenue) as revenue,
        case
            when count(*) = 1 then '1'
            when count(*) <= 3 then '2-3'
            when count(*) <= 9 then '4-9'
            else 'more'
        end as band,
        case when count(*) = 1 then 1 when count(*) <= 3 then 2 when count(*) <= 9 then 3 else 4 end as place
    from orders
    left join order_headers on orders.order_id = order_headers.order_id
    group by orders.location_id, orders.customer_id
),

brand_orders as (
    select
        orders.location_id,
        orders.customer_id,
        order_items.brand_id,
        count(distinct orders.order_id) as orders
    from orders
    inner join order_items on orders.order_id = order_items.order_id
    group by orders.location_id, orders.customer_id, order_items.brand_id
),

favourites as (
    select
        location_id,
        customer_id,
        max(orders) as orders
    from brand_orders
    group by location_id, customer_id
),

brand_totals as (
    select
        location_id,
        brand_id,
        sum(orders) as orders
    from brand_orders
    group by location_id, brand_id
),

most_popular as (
    select
        location_id,
        max(orders) as orders
    from brand_totals
    group by location_id
),

totals as (
    select
        location_id,
        count(*) as customers,
        sum(orders) as orders,
        sum(revenue) as revenue
    from customers
    group by location_id
),

gaps as (
    select
        customers.location_id,
        customers.place,
        percentile_cont(0.5) within group (
            order by {{ datediff('orders.day_before', 'orders.order_day', 'day') }}
        ) as days_between
    from orders
    inner join customers
        on orders.location_id = customers.location_id and orders.customer_id = customers.customer_id
    where orders.day_before is not null
    group by customers.location_id, customers.place
),

bands as (
    select
        customers.location_id,
        customers.band,
        customers.place,
        count(*) as customers,
        sum(customers.orders) as orders,
        sum(customers.revenue) as revenue,
        sum(favourites.orders) as favourite_orders
    from customers
    left join favourites
        on customers.location_id = favourites.location_id and customers.customer_id = favourites.customer_id
    group by customers.location_id, customers.band, customers.place
),

final as (
    select
        locations.name as kitchen,
        bands.band as orders,
        round(100.0 * bands.customers / totals.customers) as pct_of_customers,
        round(100.0 * bands.revenue / totals.revenue) as pct_of_revenue,
        round(gaps.days_between, 1) as days_between,
        case when bands.place > 1 then round(100.0 * bands.favourite_orders / bands.orders) end as favourite_pct,
        case when bands.place > 1 then round(100.0 * most_popular.orders / totals.orders) end as by_chance_pct,
        bands.customers
    from bands
    inner join totals on bands.location_id = totals.location_id
    inner join most_popular on bands.location_id = most_popular.location_id
    inner join locations on bands.location_id = locations.location_id
    left join gaps on bands.location_id = gaps.location_id and bands.place = gaps.place
)

select * from final
order by kitchen, orders
