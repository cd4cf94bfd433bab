select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'silver_courier_shifts' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'silver_courier_shifts' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'silver_courier_shifts' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'silver_courier_shifts' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('silver_courier_shifts', 'silver_order_timeline') group by model union all select 'newest', null, cast(max(shift_day) as string), null, null from `caspersdev`.`lakeflow`.`silver_courier_shifts`;

-- (as in next_window: create or replace temporary view `silver_courier_shifts__dbt_tmp` as)

DESCRIBE TABLE EXTENDED `silver_courier_shifts__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_courier_shifts` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_courier_shifts` AS JSON;

insert into `caspersdev`.`increments`.`changes` select 'silver_courier_shifts', 5, changes.* from (select distinct change.affected_model, change.key_name, change.key_value from (select explode(array(named_struct('affected_model', 'dim_driver', 'key_name', 'partition', 'key_value', cast(value_1 as string)))) as change from (select distinct value_1 from (select (
        cast(conv(concat(substring(md5(driver_id), 31, 2),substring(md5(driver_id), 29, 2),substring(md5(driver_id), 27, 2),substring(md5(driver_id), 25, 2),substring(md5(driver_id), 23, 2),substring(md5(driver_id), 21, 2),substring(md5(driver_id), 19, 2),substring(md5(driver_id), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(driver_id), 18, 1), 16, 10) as bigint) div 2
    ) as value_1 from `caspersdev`.`lakeflow`.`silver_courier_shifts` where shift_day in (date '2026-11-20') union all select (
        cast(conv(concat(substring(md5(driver_id), 31, 2),substring(md5(driver_id), 29, 2),substring(md5(driver_id), 27, 2),substring(md5(driver_id), 25, 2),substring(md5(driver_id), 23, 2),substring(md5(driver_id), 21, 2),substring(md5(driver_id), 19, 2),substring(md5(driver_id), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(driver_id), 18, 1), 16, 10) as bigint) div 2
    ) as value_1 from `silver_courier_shifts__dbt_tmp`) as replaced_rows) as replaced_values) as changed where change.key_value is not null) as changes;

insert into `caspersdev`.`lakeflow`.`silver_courier_shifts` replace where shift_day in (date '2026-11-20') select `driver_id`, `shift_day`, `location_id`, `began_ts`, `ended_ts`, `orders`, `orders_delivered`, `orders_batched`, `worked_minutes`, `driving_minutes`, `waiting_minutes`, `idle_minutes` from `silver_courier_shifts__dbt_tmp`;

insert into `caspersdev`.`increments`.`progress` values ('silver_courier_shifts', 'silver_order_timeline', 2, 5, '[{"partition": "shift_day"}]');
