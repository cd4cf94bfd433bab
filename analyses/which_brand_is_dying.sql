-- Which brand is dying, which is rising, which has come or gone, in each kitchen?
--
-- What the default dataset shows after its first window: only one brand left, Semolinda Pasta in Chicago on day 60
-- (it stays in Bellevue); only one arrived, Moonfryer Late Snacks in Silicon Valley on day 45, from the start with
-- one order in 20. In San Francisco the health brands rise (their shares of revenue are up by 15 to 40 %), while Thai
-- food and desserts sell less than before in a kitchen that grows by a third. In Chicago six brands shrink because
-- the kitchen does, fried chicken by a little more than that, and Pimentopalm Jerk gains most. In Bellevue little
-- moves, and in Silicon Valley nearly all grow with their kitchen.
--
-- How to read it: "then" is the first and "now" the last 28 of the last 70 days. standard_errors says by how many
-- standard errors the brand's share of its kitchen's orders has moved; between -3 and 3 it may be random, and with
-- 60 brands a value just past 3 is no proof either.
--   new, gone              not sold in the first, or in the last, seven days
--   rising                 its share grew by more than chance does
--   dying                  its share and its orders fell
--   overtaken              its share fell, its orders did not
--   grows, shrinks with    its share holds, its orders move with the kitchen's
-- share_change_pct is relative: 35 means a third more of the kitchen's revenue than then.

{% set last_days = 70 %}
{% set compared_days = 28 %}

with order_items as (
    select * from {{ ref('silver_order_items') }}
),

brands as (
    select * from {{ ref('brands') }}
),

locations as (
    select * from {{ ref('locations') }}
),

latest as (
    select max(order_day) as day from order_items
),

recent_items as (
    select order_items.*
    from order_items
    cross join latest
    where
        order_items.order_day < latest.day
        and order_items.order_day >= {{ add_days('latest.day', -last_days) }}
),

period as (
    select
        min(order_day) as first_day,
        max(order_day) as last_day,
        {{ add_days('min(order_day)', compared_days) }} as then_ends,
        {{ add_days('max(order_day)', -compared_days) }} as before_now
    from recent_items
),

brand_sales as (
    select
        recent_items.location_id,
        recent_items.brand_id,
        min(recent_items.order_day) as first_sold,
        max(recent_items.order_day) as last_sold,
        count(distinct case when recent_items.order_day < period.then_ends then recent_items.order_id end)
            as orders_then,
        count(distinct case when recent_items.order_day > period.before_now then recent_items.order_id end)
            as orders_now,
        coalesce(
            sum(case when recent_items.order_day < period.then_ends then recent_items.extended_price end), 0
        ) as revenue_then,
        coalesce(
            sum(case when recent_items.order_day > period.before_now then recent_items.extended_price end), 0
        ) as revenue_now
    from recent_items
    cross join period
    group by recent_items.location_id, recent_items.brand_id
),

kitchen_sales as (
    select
        location_id,
        cast(sum(orders_then) as double) as orders_then,
        cast(sum(orders_now) as double) as orders_now,
        nullif(cast(sum(revenue_then) as double), 0) as revenue_then,
        nullif(cast(sum(revenue_now) as double), 0) as revenue_now
    from brand_sales
    group by location_id
),

shares as (
    select
        brand_sales.location_id,
        brand_sales.brand_id,
        brand_sales.first_sold,
        brand_sales.last_sold,
        brand_sales.orders_then,
        brand_sales.orders_now,
        brand_sales.revenue_then / kitchen_sales.revenue_then as share_then,
        brand_sales.revenue_now / kitchen_sales.revenue_now as share_now,
        kitchen_sales.orders_then as kitchen_orders_then,
        kitchen_sales.orders_now as kitchen_orders_now,
        (brand_sales.orders_then + brand_sales.orders_now)
        / nullif(kitchen_sales.orders_then + kitchen_sales.orders_now, 0) as order_share
    from brand_sales
    inner join kitchen_sales on brand_sales.location_id = kitchen_sales.location_id
),

-- Shares and orders move a little by chance alone, but hardly ever by three standard errors.
changes as (
    select
        *,
        (orders_now / nullif(kitchen_orders_now, 0) - orders_then / nullif(kitchen_orders_then, 0))
        / nullif(
            sqrt(
                order_share * (1 - order_share)
                * (1 / nullif(kitchen_orders_then, 0) + 1 / nullif(kitchen_orders_now, 0))
            ),
            0
        ) as share_errors,
        (orders_now - orders_then) / nullif(sqrt(orders_now + orders_then), 0) as order_errors
    from shares
),

final as (
    select
        locations.name as kitchen,
        brands.name as brand,
        case
            when changes.last_sold <= {{ add_days('period.last_day', -7) }} then 'gone'
            when changes.first_sold >= {{ add_days('period.first_day', 7) }} then 'new'
            when changes.share_errors >= 3 then 'rising'
            when changes.share_errors <= -3 and changes.order_errors <= 0 then 'dying'
            when changes.share_errors <= -3 then 'overtaken'
            when changes.order_errors <= -3 then 'shrinks with kitchen'
            when changes.order_errors >= 3 then 'grows with kitchen'
            else 'steady'
        end as verdict,
        round(7.0 * changes.orders_then / {{ compared_days }}) as weekly_orders_then,
        round(7.0 * changes.orders_now / {{ compared_days }}) as weekly_orders_now,
        round(100 * (changes.share_now / nullif(changes.share_then, 0) - 1)) as share_change_pct,
        round(100 * changes.share_then, 1) as share_then_pct,
        round(100 * changes.share_now, 1) as share_now_pct,
        round(changes.share_errors, 1) as standard_errors,
        changes.first_sold,
        changes.last_sold
    from changes
    inner join locations on changes.location_id = locations.location_id
    inner join brands on changes.brand_id = brands.brand_id
    cross join period
)

select * from final
order by kitchen, standard_errors desc nulls last, brand
