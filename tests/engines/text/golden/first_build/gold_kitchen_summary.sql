-- (the columns of the query, or of its contract, are asked for)

create or replace view `caspersdev`.`lakeflow`.`gold_kitchen_summary`
  (
    `location_id` comment 'The kitchen (`simulator.locations`).',
	`name` comment 'The name of the kitchen.',
	`orders` comment 'Orders with a readable basket.',
	`revenue` comment 'What customers paid for them, dollars.',
	`p50_minutes` comment 'Half of the orders took at most so many minutes from creation to delivery. Null without a delivery.',
	`p75_minutes` comment 'Three quarters of the orders took at most so many minutes from creation to delivery. Null without a delivery.',
	`p99_minutes` comment 'All but one order in a hundred took at most so many minutes from creation to delivery. Null without a delivery.',
	`refunds_none` comment 'Delivered orders that deserve no refund.',
	`refunds_partial` comment 'Delivered orders that deserve a share of what they cost.',
	`refunds_full` comment 'Delivered orders that deserve all of what they cost.',
	`refunded` comment 'What the recommended refunds add up to, dollars.'
  )
  comment 'Gold. How each kitchen does over everything that has landed - orders, revenue, minutes from order to door, recommended refunds. `make run` ends with it. A function of landed events alone.'
  as (
    -- Grain: one row per kitchen, those without an order included.
-- A view: percentiles over all of history cannot be updated window by window, and they are read at most once a
-- window.
with orders as (
    select
        location_id,
        count(*) as orders,
        sum(order_revenue) as revenue
    from `caspersdev`.`lakeflow`.`gold_order_header`
    group by location_id
),
deliveries as (
    select
        location_id,
        cast(
        cast((((get(array_sort(array_agg(cast(round(total_minutes * 60000) as bigint)) filter (where total_minutes is not null)), cast((((count(total_minutes) - 1) * 50) div 100) as int)) * 100 + (get(array_sort(array_agg(cast(round(total_minutes * 60000) as bigint)) filter (where total_minutes is not null)), cast((((count(total_minutes) - 1) * 50 + 99) div 100) as int)) - get(array_sort(array_agg(cast(round(total_minutes * 60000) as bigint)) filter (where total_minutes is not null)), cast((((count(total_minutes) - 1) * 50) div 100) as int))) * (((count(total_minutes) - 1) * 50) % 100)) + 3000) div 6000) as decimal(12, 0))
        * cast(0.001 as decimal(4, 3)) as decimal(12, 3)
    ) as p50_minutes,
        cast(
        cast((((get(array_sort(array_agg(cast(round(total_minutes * 60000) as bigint)) filter (where total_minutes is not null)), cast((((count(total_minutes) - 1) * 75) div 100) as int)) * 100 + (get(array_sort(array_agg(cast(round(total_minutes * 60000) as bigint)) filter (where total_minutes is not null)), cast((((count(total_minutes) - 1) * 75 + 99) div 100) as int)) - get(array_sort(array_agg(cast(round(total_minutes * 60000) as bigint)) filter (where total_minutes is not null)), cast((((count(total_minutes) - 1) * 75) div 100) as int))) * (((count(total_minutes) - 1) * 75) % 100)) + 3000) div 6000) as decimal(12, 0))
        * cast(0.001 as decimal(4, 3)) as decimal(12, 3)
    ) as p75_minutes,
        cast(
        cast((((get(array_sort(array_agg(cast(round(total_minutes * 60000) as bigint)) filter (where total_minutes is not null)), cast((((count(total_minutes) - 1) * 99) div 100) as int)) * 100 + (get(array_sort(array_agg(cast(round(total_minutes * 60000) as bigint)) filter (where total_minutes is not null)), cast((((count(total_minutes) - 1) * 99 + 99) div 100) as int)) - get(array_sort(array_agg(cast(round(total_minutes * 60000) as bigint)) filter (where total_minutes is not null)), cast((((count(total_minutes) - 1) * 99) div 100) as int))) * (((count(total_minutes) - 1) * 99) % 100)) + 3000) div 6000) as decimal(12, 0))
        * cast(0.001 as decimal(4, 3)) as decimal(12, 3)
    ) as p99_minutes
    from `caspersdev`.`lakeflow`.`silver_order_timeline`
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
    from `caspersdev`.`recommender`.`refund_recommendations`
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
    from `caspersdev`.`simulator`.`locations` as locations
    left join orders on locations.location_id = orders.location_id
    left join deliveries on locations.location_id = deliveries.location_id
    left join refunds on locations.location_id = refunds.location_id
)
select * from final
  );
