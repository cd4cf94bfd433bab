select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'dim_driver' and (key_name in ('partition', '*') or key_value like '____-__-__') and key_name <> 'partition' union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'dim_driver' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'dim_driver' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'dim_driver' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('dim_driver', 'silver_courier_shifts') group by model;

select count(*) from (select distinct try_cast(key_value as bigint) from `caspersdev`.`increments`.`pending` where model = 'dim_driver' and key_name = 'partition') as affected;

-- (as in next_window: create or replace temporary view `dim_driver__dbt_tmp` as)

DESCRIBE TABLE EXTENDED `dim_driver__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`dim_driver` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`dim_driver` AS JSON;

select distinct try_cast(key_value as bigint) from `caspersdev`.`increments`.`pending` where model = 'dim_driver' and key_name = 'partition';

select cast(sum(counted) as bigint) from (select count(*) as counted from `dim_driver__dbt_tmp` union all select -count(*) from `dim_driver__dbt_tmp` where false) as counts;

select 'nothing has changed' as nothing;
