-- Who are the regulars, how much do they bring in, and are they loyal to a brand?
--
-- What the default dataset shows after its first window: half of the customers order once in ten weeks and bring in a
-- fifth to a quarter of the revenue. Those who order four times or more, every fifth to eighth customer, bring in half
-- of it around Bellevue and Chicago, and a third around Silicon Valley, which is growing too fast to have as many.
-- They come back every week, those with ten orders every third day. And they have a brand: of their later orders two
-- and a half to four times as many are of the brand of their first ones as chance would have it.
--
-- How to read it: customers of each kitchen by how often they ordered in the last 70 days (orders: 1, 2-3, 4-9, more).
-- pct_of_customers and pct_of_revenue say how many they are and what they are worth; cancelled orders count for
-- neither. days_between is the median of the days from one order to the next. favourite_pct: of the later half of a
-- customer's orders, the share with something of the brand that was most in the earlier half; by_chance_pct is the
-- share of all orders of the kitchen with something of that brand. With one order both are empty. A dataset that does
-- not name its customers has no rows; do_addresses_come_back asks the same of addresses.

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
        order_headers.order_revenue,
        lag(order_timeline.order_day) over (
            partition by order_timeline.location_id, order_timeline.customer_id
            order by order_timeline.created_ts, order_timeline.order_id
        ) as day_before,
        row_number() over (
            partition by order_timeline.location_id, order_timeline.customer_id
            order by order_timeline.created_ts, order_timeline.order_id
        ) as order_number,
        count(*) over (partition by order_timeline.location_id, order_timeline.customer_id) as orders
    from order_timeline
    cross join latest
    left join order_headers on order_timeline.order_id = order_headers.order_id
    where
        order_timeline.order_day < latest.day
        and order_timeline.order_day >= {{ add_days('latest.day', -last_days) }}
        and order_timeline.customer_id is not null
        and order_timeline.status <> 'cancelled'
),

banded_orders as (
    select
        *,
        case when orders = 1 then '1' when orders <= 3 then '2-3' when orders <= 9 then '4-9' else 'more' end as band,
        case when 2 * order_number > orders then 1 else 0 end as is_later
    from orders
),

brands_of_orders as (
    select distinct
        banded_orders.order_id,
        banded_orders.location_id,
        banded_orders.customer_id,
        banded_orders.is_later,
        order_items.brand_id
    from banded_orders
    inner join order_items on banded_orders.order_id = order_items.order_id
),

kitchen_orders as (
    select
        location_id,
        count(*) as orders,
        count(distinct customer_id) as customers,
        sum(order_revenue) as revenue
    from banded_orders
    group by location_id
),

popularity as (
    select
        brands_of_orders.location_id,
        brands_of_orders.brand_id,
        1.0 * count(*) / max(kitchen_orders.orders) as share_of_orders
    from brands_of_orders
    inner join kitchen_orders on brands_of_orders.location_id = kitchen_orders.location_id
    group by brands_of_orders.location_id, brands_of_orders.brand_id
),

early_brands as (
    select
        location_id,
        customer_id,
        brand_id,
        row_number() over (partition by location_id, customer_id order by count(*) desc, brand_id) as place
    from brands_of_orders
    where is_later = 0
    group by location_id, customer_id, brand_id
),

-- The later orders of whoever had earlier ones.
later_orders as (
    select
        banded_orders.location_id,
        banded_orders.band,
        case when brands_of_orders.order_id is null then 0 else 1 end as is_of_favourite,
        popularity.share_of_orders
    from banded_orders
    inner join early_brands
        on banded_orders.location_id = early_brands.location_id
        and banded_orders.customer_id = early_brands.customer_id
        and early_brands.place = 1
    inner join popularity
        on early_brands.location_id = popularity.location_id and early_brands.brand_id = popularity.brand_id
    left join brands_of_orders
        on banded_orders.order_id = brands_of_orders.order_id and early_brands.brand_id = brands_of_orders.brand_id
    where banded_orders.is_later = 1
),

loyalty as (
    select
        location_id,
        band,
        avg(is_of_favourite) as is_of_favourite,
        avg(share_of_orders) as by_chance
    from later_orders
    group by location_id, band
),

bands as (
    select
        location_id,
        band,
        count(distinct customer_id) as customers,
        sum(order_revenue) as revenue,
        percentile_cont(0.5) within group (
            order by {{ datediff('day_before', 'order_day', 'day') }}
        ) as days_between
    from banded_orders
    group by location_id, band
),

final as (
    select
        locations.name as kitchen,
        bands.band as orders,
        round(100.0 * bands.customers / kitchen_orders.customers) as pct_of_customers,
        round(100.0 * bands.revenue / kitchen_orders.revenue) as pct_of_revenue,
        round(bands.days_between, 1) as days_between,
        round(100 * loyalty.is_of_favourite) as favourite_pct,
        round(100 * loyalty.by_chance) as by_chance_pct,
        bands.customers
    from bands
    inner join kitchen_orders on bands.location_id = kitchen_orders.location_id
    inner join locations on bands.location_id = locations.location_id
    left join loyalty on bands.location_id = loyalty.location_id and bands.band = loyalty.band
)

select * from final
order by kitchen, orders
