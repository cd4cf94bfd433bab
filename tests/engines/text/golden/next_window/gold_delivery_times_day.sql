select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`gold_delivery_times_day`;

select day from (select distinct explode(delivered_days) as day from `caspersdev`.`lakeflow`.`silver_order_timeline` where load_number > 1) as affected where day is not null;

select day from (select distinct day as day from `caspersdev`.`lakeflow`.`gold_delivery_times_day` except select distinct explode(delivered_days) as day from `caspersdev`.`lakeflow`.`silver_order_timeline`) as affected where day is not null;

select max(day) from `caspersdev`.`lakeflow`.`gold_delivery_times_day`;

create or replace temporary view `gold_delivery_times_day__dbt_tmp` as
      -- Grain: one row per kitchen and day on which it delivered an order whose creation is known.
with orders as (
    select * from `caspersdev`.`lakeflow`.`silver_order_timeline`
    where total_minutes is not null and delivered_day in (date '2026-11-20')
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
select * from final;

DESCRIBE TABLE EXTENDED `gold_delivery_times_day__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_delivery_times_day` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_delivery_times_day` AS JSON;

select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`gold_delivery_times_day`;

select day from (select distinct explode(delivered_days) as day from `caspersdev`.`lakeflow`.`silver_order_timeline` where load_number > 1) as affected where day is not null;

select day from (select distinct day as day from `caspersdev`.`lakeflow`.`gold_delivery_times_day` except select distinct explode(delivered_days) as day from `caspersdev`.`lakeflow`.`silver_order_timeline`) as affected where day is not null;

insert into `caspersdev`.`lakeflow`.`gold_delivery_times_day`
    replace where day in (date '2026-11-20')
    select `location_id`, `day`, `orders_delivered`, `p50_minutes`, `p75_minutes`, `p99_minutes`, `load_number` from `gold_delivery_times_day__dbt_tmp`;
