select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'gold_delivery_times_day' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'gold_delivery_times_day' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'gold_delivery_times_day' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'gold_delivery_times_day' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('gold_delivery_times_day', 'silver_order_timeline') group by model union all select 'newest', null, cast(max(day) as string), null, null from `caspersdev`.`lakeflow`.`gold_delivery_times_day`;

-- (as in next_window: create or replace temporary view `gold_delivery_times_day__dbt_tmp` as)

DESCRIBE TABLE EXTENDED `gold_delivery_times_day__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_delivery_times_day` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_delivery_times_day` AS JSON;

insert into `caspersdev`.`increments`.`changes` select 'gold_delivery_times_day', 7, changes.* from (select distinct change.affected_model, change.key_name, change.key_value from (select explode(array(named_struct('affected_model', 'delivery_percentiles_trailing', 'key_name', 'partition', 'key_value', cast(value_1 as string)))) as change from (select distinct value_1 from (select day as value_1 from `caspersdev`.`lakeflow`.`gold_delivery_times_day` where day in (date '2026-11-20') union all select day as value_1 from `gold_delivery_times_day__dbt_tmp`) as replaced_rows) as replaced_values) as changed where change.key_value is not null) as changes;

insert into `caspersdev`.`lakeflow`.`gold_delivery_times_day` replace where day in (date '2026-11-20') select `location_id`, `day`, `orders_delivered`, `p50_minutes`, `p75_minutes`, `p99_minutes` from `gold_delivery_times_day__dbt_tmp`;

insert into `caspersdev`.`increments`.`progress` values ('gold_delivery_times_day', 'silver_order_timeline', 2, 7, '[{"partition": "delivered_day"}]');
