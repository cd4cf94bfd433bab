select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'gold_location_sales_hourly' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'gold_location_sales_hourly' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'gold_location_sales_hourly' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'gold_location_sales_hourly' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('gold_location_sales_hourly', 'silver_order_items') group by model union all select 'newest', null, cast(max(cast(hour_ts as date)) as string), null, null from `caspersdev`.`lakeflow`.`gold_location_sales_hourly`;

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
        cast(sum(extended_price) as decimal(18, 2)) as revenue
    from order_items
    group by location_id, cast(date_trunc('hour', order_ts) as timestamp)
)
select * from final;

DESCRIBE TABLE EXTENDED `gold_location_sales_hourly__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_location_sales_hourly` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_location_sales_hourly` AS JSON;

insert into `caspersdev`.`lakeflow`.`gold_location_sales_hourly` replace where ((hour_ts >= timestamp '2026-11-20 00:00:00' and hour_ts < timestamp '2026-11-21 00:00:00')) select `location_id`, `hour_ts`, `orders`, `revenue` from `gold_location_sales_hourly__dbt_tmp`;

insert into `caspersdev`.`increments`.`progress` values ('gold_location_sales_hourly', 'silver_order_items', 2, 2, '[{"partition": "order_day"}]');
