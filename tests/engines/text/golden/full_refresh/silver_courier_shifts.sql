select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'silver_courier_shifts' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'silver_courier_shifts' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'silver_courier_shifts' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'silver_courier_shifts' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('silver_courier_shifts', 'silver_order_timeline') group by model;

insert into `caspersdev`.`increments`.`changes` select 'silver_courier_shifts', 6, affected_model, '*', cast(null as string) from (select '' as affected_model union select 'dim_driver' as affected_model) as affected;

-- (the columns of the query, or of its contract, are asked for)

-- (information_schema.row_filters is asked)

-- (as in first_build: create or replace table `caspersdev`.`lakeflow`.`silver_courier_shifts`)

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_courier_shifts` AS JSON;

-- (descriptions become comments (COLUMN of silver_courier_shifts))
