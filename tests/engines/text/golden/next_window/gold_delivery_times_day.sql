select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'gold_delivery_times_day' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'gold_delivery_times_day' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'gold_delivery_times_day' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'gold_delivery_times_day' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('gold_delivery_times_day', 'silver_order_timeline') group by model union all select 'newest', null, cast(max(day) as string), null, null from `caspersdev`.`lakeflow`.`gold_delivery_times_day`;

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
        cast(
        cast((((get(array_sort(array_agg(cast(round(total_minutes * 60000) as bigint)) filter (where total_minutes is not null)), cast((((count(total_minutes) - 1) * 50) div 100) as int)) * 100 + (get(array_sort(array_agg(cast(round(total_minutes * 60000) as bigint)) filter (where total_minutes is not null)), cast((((count(total_minutes) - 1) * 50 + 99) div 100) as int)) - get(array_sort(array_agg(cast(round(total_minutes * 60000) as bigint)) filter (where total_minutes is not null)), cast((((count(total_minutes) - 1) * 50) div 100) as int))) * (((count(total_minutes) - 1) * 50) % 100)) + 3000) div 6000) as decimal(12, 0))
        * cast(0.001 as decimal(4, 3)) as decimal(12, 3)
    ) as p50_minutes,
        cast(
        cast((((get(array_sort(array_agg(cast(round(total_minutes * 60000) as bigint)) filter (where total_minutes is not null)), cast((((count(total_minutes) - 1) * 75) div 100) as int)) * 100 + (get(array_sort(array_agg(cast(round(total_minutes * 60000) as bigint)) filter (where total_minutes is not null)), cast((((count(total_minutes) - 1) * 75 + 99) div 100) as int)) - get(array_sort(array_agg(cast(round(total_minutes * 60000) as bigint)) filter (where total_minutes is not null)), cast((((count(total_minutes) - 1) * 75) div 100) as int))) * (((count(total_minutes) - 1) * 75) % 100)) + 3000) div 6000) as decimal(12, 0))
        * cast(0.001 as decimal(4, 3)) as decimal(12, 3)
    ) as p75_minutes,
        cast(
        cast((((get(array_sort(array_agg(cast(round(total_minutes * 60000) as bigint)) filter (where total_minutes is not null)), cast((((count(total_minutes) - 1) * 99) div 100) as int)) * 100 + (get(array_sort(array_agg(cast(round(total_minutes * 60000) as bigint)) filter (where total_minutes is not null)), cast((((count(total_minutes) - 1) * 99 + 99) div 100) as int)) - get(array_sort(array_agg(cast(round(total_minutes * 60000) as bigint)) filter (where total_minutes is not null)), cast((((count(total_minutes) - 1) * 99) div 100) as int))) * (((count(total_minutes) - 1) * 99) % 100)) + 3000) div 6000) as decimal(12, 0))
        * cast(0.001 as decimal(4, 3)) as decimal(12, 3)
    ) as p99_minutes
    from orders
    group by location_id, delivered_day
)
select * from final;

DESCRIBE TABLE EXTENDED `gold_delivery_times_day__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_delivery_times_day` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_delivery_times_day` AS JSON;

insert into `caspersdev`.`increments`.`changes` select 'gold_delivery_times_day', 2, changes.* from (select distinct change.affected_model, change.key_name, change.key_value from (select explode(array(named_struct('affected_model', 'delivery_percentiles_trailing', 'key_name', 'partition', 'key_value', cast(value_1 as string)))) as change from (select distinct value_1 from (select day as value_1 from `caspersdev`.`lakeflow`.`gold_delivery_times_day` where day in (date '2026-11-20') union all select day as value_1 from `gold_delivery_times_day__dbt_tmp`) as replaced_rows) as replaced_values) as changed where change.key_value is not null) as changes;

insert into `caspersdev`.`lakeflow`.`gold_delivery_times_day` replace where day in (date '2026-11-20') select `location_id`, `day`, `orders_delivered`, `p50_minutes`, `p75_minutes`, `p99_minutes` from `gold_delivery_times_day__dbt_tmp`;

insert into `caspersdev`.`increments`.`progress` values ('gold_delivery_times_day', 'silver_order_timeline', 2, 2, '[{"partition": "delivered_day"}]');
