-- (the columns of the query, or of its contract, are asked for)

-- (information_schema.row_filters is asked)

create or replace table `caspersdev`.`recommender`.`delivery_percentiles_trailing`
    using delta
      comment 'What an order is judged by - the delivery times of its kitchen over the completed days before the day of its delivery (`refund_history_days`, default 7). The day itself never counts, so a verdict does not change while the day goes on.'
      as
    select location_id, day, deliveries, p50_minutes, p75_minutes, p99_minutes, load_number
    from (
        -- Grain: one row per kitchen and day on which it delivered: the percentiles of the days before it.
with delivery_days as (
    select * from `caspersdev`.`lakeflow`.`gold_delivery_times_day`
    where true
),
orders as (
    select * from `caspersdev`.`lakeflow`.`silver_order_timeline`
    where
        total_minutes is not null
        and true
),
final as (
    select
        delivery_days.location_id,
        delivery_days.day,
        count(orders.order_id) as deliveries,
        cast(cast(floor(percentile_cont(0.5) within group (order by orders.total_minutes) * 1000 + 0.500000001D) as decimal(15, 0)) / 1000 as decimal(12, 3)) as p50_minutes,
        cast(cast(floor(percentile_cont(0.75) within group (order by orders.total_minutes) * 1000 + 0.500000001D) as decimal(15, 0)) / 1000 as decimal(12, 3)) as p75_minutes,
        cast(cast(floor(percentile_cont(0.99) within group (order by orders.total_minutes) * 1000 + 0.500000001D) as decimal(15, 0)) / 1000 as decimal(12, 3)) as p99_minutes,
        (select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`gold_delivery_times_day`) as load_number
    from delivery_days
    -- The day itself is not part of it: the verdict must not change while the day goes on.
    left join orders
        on delivery_days.location_id = orders.location_id
        and orders.delivered_day >= date_add(delivery_days.day, -7)
        and orders.delivered_day < delivery_days.day
    group by delivery_days.location_id, delivery_days.day
)
select * from final
    ) as model_subq;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`delivery_percentiles_trailing` AS JSON;

-- (descriptions become comments (COLUMN of delivery_percentiles_trailing))
