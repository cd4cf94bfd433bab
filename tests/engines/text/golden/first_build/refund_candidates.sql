-- (the columns of the query, or of its contract, are asked for)

-- (information_schema.row_filters is asked)

create or replace table `caspersdev`.`recommender`.`refund_candidates`
    using delta
      CLUSTER BY (delivered_day)
      comment 'Every delivered order with all that its refund is judged by.'
      as
    select order_id, location_id, order_day, order_ts, delivered_day, total_minutes, order_revenue, p50_minutes, p75_minutes, p99_minutes, history_deliveries, load_number
    from (
        -- Grain: one row per delivered order, with all that its refund is judged by.
with orders as (
    select * from `caspersdev`.`lakeflow`.`silver_order_timeline`
    where status = 'delivered' and true
),
order_headers as (
    select * from `caspersdev`.`lakeflow`.`gold_order_header`
),
percentiles as (
    select * from `caspersdev`.`recommender`.`delivery_percentiles_trailing`
    where true
),
final as (
    select
        orders.order_id,
        orders.location_id,
        orders.order_day,
        orders.created_ts as order_ts,
        orders.delivered_day,
        orders.total_minutes,
        order_headers.order_revenue,
        percentiles.p50_minutes,
        percentiles.p75_minutes,
        percentiles.p99_minutes,
        coalesce(percentiles.deliveries, 0) as history_deliveries,
        least((select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`silver_order_timeline`), (select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`gold_order_header`), (select coalesce(max(load_number), 0) from `caspersdev`.`recommender`.`delivery_percentiles_trailing`)) as load_number
    from orders
    left join order_headers on orders.order_id = order_headers.order_id
    left join percentiles
        on orders.location_id = percentiles.location_id
        and orders.delivered_day = percentiles.day
)
select * from final
    ) as model_subq;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_candidates` AS JSON;

-- (descriptions become comments (COLUMN of refund_candidates))
