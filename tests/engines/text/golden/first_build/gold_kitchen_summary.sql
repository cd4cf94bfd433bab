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
-- A view: percentiles over all of history cannot be updated window by window, and they are read once a window.
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
        cast(round(total_minutes * 60000) as bigint) as milliseconds,
        ((cast(round(total_minutes * 60000) as bigint)) div 1000) as seconds
    from `caspersdev`.`lakeflow`.`silver_order_timeline`
    where total_minutes is not null
),
-- Sorting all of history would take longer than all else that a window needs. How many deliveries took how many whole
-- seconds says within which second a percentile lies, and only the deliveries of that second are put in order.
counted_seconds as (
    select
        location_id,
        seconds,
        count(*) as deliveries
    from deliveries
    group by location_id, seconds
),
ranked_seconds as (
    select
        location_id,
        seconds,
        sum(deliveries) over (
            partition by location_id order by seconds
            rows between unbounded preceding and current row
        ) as last_rank,
        sum(deliveries) over (
            partition by location_id order by seconds
            rows between unbounded preceding and current row
        ) - deliveries as rank_before
    from counted_seconds
),
percents as (
    select 50 as percent
    union all
    select 75 as percent
    union all
    select 99 as percent
),
-- A percentile lies between two deliveries, this many hundredths of the way from one to the other.
places as (
    select
        ranked_seconds.location_id,
        percents.percent,
        (max(ranked_seconds.last_rank) - 1) * percents.percent as place
    from ranked_seconds
    cross join percents
    group by ranked_seconds.location_id, percents.percent
),
ranks as (
    select
        location_id,
        percent,
        place,
        'below' as side,
        ((place) div 100) + 1 as delivery_rank
    from places
    union all
    select
        location_id,
        percent,
        place,
        'above' as side,
        ((place + 99) div 100) + 1 as delivery_rank
    from places
),
seconds_of_ranks as (
    select distinct
        ranked_seconds.location_id,
        ranked_seconds.seconds,
        ranked_seconds.rank_before
    from ranks
    inner join ranked_seconds
        on ranks.location_id = ranked_seconds.location_id
        and ranks.delivery_rank > ranked_seconds.rank_before
        and ranks.delivery_rank <= ranked_seconds.last_rank
),
-- Deliveries that took the same time may have each other's rank.
ranked_deliveries as (
    select
        deliveries.location_id,
        deliveries.milliseconds,
        seconds_of_ranks.rank_before + row_number() over (
            partition by deliveries.location_id, deliveries.seconds order by deliveries.milliseconds
        ) as delivery_rank
    from deliveries
    inner join seconds_of_ranks
        on deliveries.location_id = seconds_of_ranks.location_id and deliveries.seconds = seconds_of_ranks.seconds
),
neighbours as (
    select
        ranks.location_id,
        ranks.percent,
        cast(ranks.place as bigint) as place,
        max(case when ranks.side = 'below' then ranked_deliveries.milliseconds end) as below,
        max(case when ranks.side = 'above' then ranked_deliveries.milliseconds end) as above
    from ranks
    inner join ranked_deliveries
        on ranks.location_id = ranked_deliveries.location_id and ranks.delivery_rank = ranked_deliveries.delivery_rank
    group by ranks.location_id, ranks.percent, ranks.place
),
percentiles as (
    select
        location_id,
        percent,
        cast(
        cast((((below * 100 + (above - below) * (place % 100)) + 3000) div 6000) as decimal(12, 0))
        * cast(0.001 as decimal(4, 3)) as decimal(12, 3)
    ) as minutes
    from neighbours
),
percentiles_of_kitchens as (
    select
        location_id,
        max(case when percent = 50 then minutes end) as p50_minutes,
        max(case when percent = 75 then minutes end) as p75_minutes,
        max(case when percent = 99 then minutes end) as p99_minutes
    from percentiles
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
        percentiles_of_kitchens.p50_minutes,
        percentiles_of_kitchens.p75_minutes,
        percentiles_of_kitchens.p99_minutes,
        coalesce(refunds.refunds_none, 0) as refunds_none,
        coalesce(refunds.refunds_partial, 0) as refunds_partial,
        coalesce(refunds.refunds_full, 0) as refunds_full,
        cast(coalesce(refunds.refunded, 0) as decimal(18, 2)) as refunded
    from `caspersdev`.`simulator`.`locations` as locations
    left join orders on locations.location_id = orders.location_id
    left join percentiles_of_kitchens on locations.location_id = percentiles_of_kitchens.location_id
    left join refunds on locations.location_id = refunds.location_id
)
select * from final
  );
