select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`gold_location_sales_hourly`;

select day from (select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_items` where load_number > 1) as affected where day is not null;

select day from (select distinct cast(hour_ts as date) as day from `caspersdev`.`lakeflow`.`gold_location_sales_hourly` except select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_items`) as affected where day is not null;

select max(cast(hour_ts as date)) from `caspersdev`.`lakeflow`.`gold_location_sales_hourly`;

create or replace temporary view `gold_location_sales_hourly__dbt_tmp` as
      -- Grain: one row per kitchen and hour in which it took an order.
with order_items as (
    select * from `caspersdev`.`lakeflow`.`silver_order_items`
    where order_day in (date '2026-11-20')
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
select * from final;

DESCRIBE TABLE EXTENDED `gold_location_sales_hourly__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_location_sales_hourly` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_location_sales_hourly` AS JSON;

select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`gold_location_sales_hourly`;

select day from (select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_items` where load_number > 1) as affected where day is not null;

select day from (select distinct cast(hour_ts as date) as day from `caspersdev`.`lakeflow`.`gold_location_sales_hourly` except select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_items`) as affected where day is not null;

insert into `caspersdev`.`lakeflow`.`gold_location_sales_hourly`
    replace where (hour_ts >= timestamp '2026-11-20 00:00:00' and hour_ts < timestamp '2026-11-21 00:00:00')
    select `location_id`, `hour_ts`, `orders`, `revenue`, `load_number` from `gold_location_sales_hourly__dbt_tmp`;
