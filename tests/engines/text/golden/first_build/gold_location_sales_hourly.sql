-- (the columns of the query, or of its contract, are asked for)

-- (information_schema.row_filters is asked)

create or replace table `caspersdev`.`lakeflow`.`gold_location_sales_hourly`
    using delta
      comment 'Gold. Orders and revenue of each kitchen in each hour in which it took an order.'
      as
    select location_id, hour_ts, orders, revenue, load_number
    from (
        -- Grain: one row per kitchen and hour in which it took an order.
with order_items as (
    select * from `caspersdev`.`lakeflow`.`silver_order_items`
    where true
),
final as (
    select
        location_id,
        cast(date_trunc('hour', order_ts) as timestamp) as hour_ts,
        count(distinct order_id) as orders,
        cast(sum(extended_price) as decimal(18, 2)) as revenue,
        (select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`silver_order_items`) as load_number
    from order_items
    group by location_id, cast(date_trunc('hour', order_ts) as timestamp)
)
select * from final
    ) as model_subq;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_location_sales_hourly` AS JSON;

-- (descriptions become comments (COLUMN of gold_location_sales_hourly))
