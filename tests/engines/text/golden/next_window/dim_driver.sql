select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'dim_driver' and (key_name in ('partition', '*') or key_value like '____-__-__') and key_name <> 'partition' union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'dim_driver' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'dim_driver' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'dim_driver' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('dim_driver', 'silver_courier_shifts') group by model;

select count(*) from (select distinct try_cast(key_value as bigint) from `caspersdev`.`increments`.`pending` where model = 'dim_driver' and key_name = 'partition') as affected;

create or replace temporary view `dim_driver__dbt_tmp` as
      -- Grain: one row per courier who has worked.
-- Times are added up in whole milliseconds: a sum of fractions would depend on the order of rows.
with shifts as (
    select
        *,
        cast(round(worked_minutes * 60000) as bigint) as worked,
        cast(round(driving_minutes * 60000) as bigint) as driving,
        cast(round(waiting_minutes * 60000) as bigint) as waiting
    from `caspersdev`.`lakeflow`.`silver_courier_shifts`
    where (
        cast(conv(concat(substring(md5(driver_id), 31, 2),substring(md5(driver_id), 29, 2),substring(md5(driver_id), 27, 2),substring(md5(driver_id), 25, 2),substring(md5(driver_id), 23, 2),substring(md5(driver_id), 21, 2),substring(md5(driver_id), 19, 2),substring(md5(driver_id), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(driver_id), 18, 1), 16, 10) as bigint) div 2
    ) in (select distinct try_cast(key_value as bigint) from `caspersdev`.`increments`.`pending` where model = 'dim_driver' and key_name = 'partition')
),
final as (
    select
        (
        cast(conv(concat(substring(md5(driver_id), 31, 2),substring(md5(driver_id), 29, 2),substring(md5(driver_id), 27, 2),substring(md5(driver_id), 25, 2),substring(md5(driver_id), 23, 2),substring(md5(driver_id), 21, 2),substring(md5(driver_id), 19, 2),substring(md5(driver_id), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(driver_id), 18, 1), 16, 10) as bigint) div 2
    ) as driver_key,
        driver_id,
        min(location_id) as location_id,
        min(shift_day) as first_shift_day,
        max(shift_day) as latest_shift_day,
        count(*) as shifts,
        cast(sum(orders_delivered) as bigint) as orders_delivered,
        cast(sum(worked) as double) / 60000.0 as worked_minutes,
        cast(sum(driving) as double) / 60000.0 as driving_minutes,
        cast(sum(waiting) as double) / 60000.0 as waiting_minutes,
        cast(sum(worked) - sum(driving) - sum(waiting) as double) / 60000.0 as idle_minutes
    from shifts
    group by driver_id
)
select * from final;

DESCRIBE TABLE EXTENDED `dim_driver__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`dim_driver` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`dim_driver` AS JSON;

select distinct try_cast(key_value as bigint) from `caspersdev`.`increments`.`pending` where model = 'dim_driver' and key_name = 'partition';

insert into `caspersdev`.`lakeflow`.`dim_driver` replace where driver_key in (4611686018427387904) select `driver_key`, `driver_id`, `location_id`, `first_shift_day`, `latest_shift_day`, `shifts`, `orders_delivered`, `worked_minutes`, `driving_minutes`, `waiting_minutes`, `idle_minutes` from `dim_driver__dbt_tmp`;

insert into `caspersdev`.`increments`.`progress` values ('dim_driver', 'silver_courier_shifts', 2, 2, '[{"partition": "(\\n        cast(conv(concat(substring(md5(driver_id), 31, 2),substring(md5(driver_id), 29, 2),substring(md5(driver_id), 27, 2),substring(md5(driver_id), 25, 2),substring(md5(driver_id), 23, 2),substring(md5(driver_id), 21, 2),substring(md5(driver_id), 19, 2),substring(md5(driver_id), 17, 1)\\n        ), 16, 10) as bigint) * 8\\n        + cast(conv(substring(md5(driver_id), 18, 1), 16, 10) as bigint) div 2\\n    )"}]');
