-- (the columns of the query, or of its contract, are asked for)

-- (information_schema.row_filters is asked)

create or replace table `caspersdev`.`lakeflow`.`gold_delivery_times_day`
    using delta
      comment 'Gold. How long the orders took that a kitchen delivered on a day. Orders whose creation or delivery is missing, or stamped the wrong way round, are left out.'
      as
    select location_id, day, orders_delivered, p50_minutes, p75_minutes, p99_minutes, load_number
    from (
        -- Grain: one row per kitchen and day on which it delivered an order whose creation is known.
with orders as (
    select * from `caspersdev`.`lakeflow`.`silver_order_timeline`
    where total_minutes is not null and true
),
final as (
    select
        location_id,
        delivered_day as day,
        count(*) as orders_delivered,
        cast(cast(floor(percentile_cont(0.5) within group (order by total_minutes) * 1000 + 0.500000001D) as decimal(15, 0)) / 1000 as decimal(12, 3)) as p50_minutes,
        cast(cast(floor(percentile_cont(0.75) within group (order by total_minutes) * 1000 + 0.500000001D) as decimal(15, 0)) / 1000 as decimal(12, 3)) as p75_minutes,
        cast(cast(floor(percentile_cont(0.99) within group (order by total_minutes) * 1000 + 0.500000001D) as decimal(15, 0)) / 1000 as decimal(12, 3)) as p99_minutes,
        (select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`silver_order_timeline`) as load_number
    from orders
    group by location_id, delivered_day
)
select * from final
    ) as model_subq;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_delivery_times_day` AS JSON;

-- (descriptions become comments (COLUMN of gold_delivery_times_day))
