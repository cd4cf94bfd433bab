-- This test finds days on which two tables do not agree, to the cent, about what was sold.
{% set days = tested_days({
    'silver_order_items': 'order_day',
    'gold_order_header': 'order_day',
    'gold_item_sales_day': 'day',
    'gold_brand_sales_day': 'day',
    'gold_location_sales_hourly': 'cast(hour_ts as date)'
}) %}

with items as (
    select order_day as day, sum(extended_price) as revenue, sum(qty) as pieces
    from {{ ref('silver_order_items') }}
    where {{ is_tested_day('order_day', days) }}
    group by order_day
),

headers as (
    select order_day as day, sum(order_revenue) as revenue, sum(total_qty) as pieces
    from {{ ref('gold_order_header') }}
    where {{ is_tested_day('order_day', days) }}
    group by order_day
),

item_sales as (
    select day, sum(gross_revenue) as revenue, sum(units_sold) as pieces
    from {{ ref('gold_item_sales_day') }}
    where {{ is_tested_day('day', days) }}
    group by day
),

brand_sales as (
    select day, sum(brand_revenue) as revenue, sum(items_sold) as pieces
    from {{ ref('gold_brand_sales_day') }}
    where {{ is_tested_day('day', days) }}
    group by day
),

hourly_sales as (
    select cast(hour_ts as date) as day, sum(revenue) as revenue
    from {{ ref('gold_location_sales_hourly') }}
    where {{ is_on_tested_day('hour_ts', days) }}
    group by cast(hour_ts as date)
)

select
    coalesce(items.day, headers.day, item_sales.day, brand_sales.day, hourly_sales.day) as day,
    items.revenue as items_revenue,
    headers.revenue as headers_revenue,
    item_sales.revenue as item_sales_revenue,
    brand_sales.revenue as brand_sales_revenue,
    hourly_sales.revenue as hourly_sales_revenue
from items
full outer join headers on items.day = headers.day
full outer join item_sales on items.day = item_sales.day
full outer join brand_sales on items.day = brand_sales.day
full outer join hourly_sales on items.day = hourly_sales.day
where
    {{ all_caught_up() }}
    and (
        items.revenue is distinct from headers.revenue
        or items.revenue is distinct from item_sales.revenue
        or items.revenue is distinct from brand_sales.revenue
        or items.revenue is distinct from hourly_sales.revenue
        or items.pieces is distinct from headers.pieces
        or items.pieces is distinct from item_sales.pieces
        or items.pieces is distinct from brand_sales.pieces
    )
