select coalesce(max(load_number), 0) from `caspersdev`.`recommender`.`delivery_percentiles_trailing`;

select day from (select distinct day as day from `caspersdev`.`lakeflow`.`gold_delivery_times_day` where load_number > 1) as affected where day is not null;

select day from (select distinct day as day from `caspersdev`.`recommender`.`delivery_percentiles_trailing` except select distinct day as day from `caspersdev`.`lakeflow`.`gold_delivery_times_day`) as affected where day is not null;

select max(day) from `caspersdev`.`recommender`.`delivery_percentiles_trailing`;

create or replace temporary view `delivery_percentiles_trailing__dbt_tmp` as
      -- Grain: one row per kitchen and day on which it delivered: the percentiles of the days before it.
with delivery_days as (
    select * from `caspersdev`.`lakeflow`.`gold_delivery_times_day`
    where day in (date '2026-11-20', date '2026-11-21', date '2026-11-22', date '2026-11-23', date '2026-11-24', date '2026-11-25', date '2026-11-26', date '2026-11-27')
),
orders as (
    select * from `caspersdev`.`lakeflow`.`silver_order_timeline`
    where
        total_minutes is not null
        and delivered_day in (date '2026-11-13', date '2026-11-14', date '2026-11-15', date '2026-11-16', date '2026-11-17', date '2026-11-18', date '2026-11-19', date '2026-11-20', date '2026-11-21', date '2026-11-22', date '2026-11-23', date '2026-11-24', date '2026-11-25', date '2026-11-26', date '2026-11-27')
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
select * from final;

DESCRIBE TABLE EXTENDED `delivery_percentiles_trailing__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`delivery_percentiles_trailing` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`delivery_percentiles_trailing` AS JSON;

select coalesce(max(load_number), 0) from `caspersdev`.`recommender`.`delivery_percentiles_trailing`;

select day from (select distinct day as day from `caspersdev`.`lakeflow`.`gold_delivery_times_day` where load_number > 1) as affected where day is not null;

select day from (select distinct day as day from `caspersdev`.`recommender`.`delivery_percentiles_trailing` except select distinct day as day from `caspersdev`.`lakeflow`.`gold_delivery_times_day`) as affected where day is not null;

insert into `caspersdev`.`recommender`.`delivery_percentiles_trailing`
    replace where day in (date '2026-11-20', date '2026-11-21', date '2026-11-22', date '2026-11-23', date '2026-11-24', date '2026-11-25', date '2026-11-26', date '2026-11-27')
    select `location_id`, `day`, `deliveries`, `p50_minutes`, `p75_minutes`, `p99_minutes`, `load_number` from `delivery_percentiles_trailing__dbt_tmp`;
