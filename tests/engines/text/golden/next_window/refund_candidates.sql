select coalesce(max(load_number), 0) from `caspersdev`.`recommender`.`refund_candidates`;

select day from (select distinct explode(delivered_days) as day from `caspersdev`.`lakeflow`.`silver_order_timeline` where load_number > 1) as affected where day is not null;

select day from (select distinct delivered_day as day from `caspersdev`.`recommender`.`refund_candidates` except select distinct explode(delivered_days) as day from `caspersdev`.`lakeflow`.`silver_order_timeline`) as affected where day is not null;

select day from (select distinct day as day from `caspersdev`.`recommender`.`delivery_percentiles_trailing` where load_number > 1) as affected where day is not null;

select max(delivered_day) from `caspersdev`.`recommender`.`refund_candidates`;

create or replace temporary view `refund_candidates__dbt_tmp` as
      -- Grain: one row per delivered order, with all that its refund is judged by.
with orders as (
    select * from `caspersdev`.`lakeflow`.`silver_order_timeline`
    where status = 'delivered' and delivered_day in (date '2026-11-20')
),
order_headers as (
    select * from `caspersdev`.`lakeflow`.`gold_order_header`
),
percentiles as (
    select * from `caspersdev`.`recommender`.`delivery_percentiles_trailing`
    where day in (date '2026-11-20')
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
select * from final;

DESCRIBE TABLE EXTENDED `refund_candidates__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_candidates` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_candidates` AS JSON;

select coalesce(max(load_number), 0) from `caspersdev`.`recommender`.`refund_candidates`;

select day from (select distinct explode(delivered_days) as day from `caspersdev`.`lakeflow`.`silver_order_timeline` where load_number > 1) as affected where day is not null;

select day from (select distinct delivered_day as day from `caspersdev`.`recommender`.`refund_candidates` except select distinct explode(delivered_days) as day from `caspersdev`.`lakeflow`.`silver_order_timeline`) as affected where day is not null;

select day from (select distinct day as day from `caspersdev`.`recommender`.`delivery_percentiles_trailing` where load_number > 1) as affected where day is not null;

insert into `caspersdev`.`recommender`.`refund_candidates`
    replace where delivered_day in (date '2026-11-20')
    select `order_id`, `location_id`, `order_day`, `order_ts`, `delivered_day`, `total_minutes`, `order_revenue`, `p50_minutes`, `p75_minutes`, `p99_minutes`, `history_deliveries`, `load_number` from `refund_candidates__dbt_tmp`;
