select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'refund_decisions' and (key_name in ('partition', '*') or key_value like '____-__-__') and key_name <> 'partition' union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'refund_decisions' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'refund_decisions' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'refund_decisions' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('refund_decisions', 'landed_decisions', 'silver_order_timeline') group by model;

select count(*) from (select distinct try_cast(key_value as bigint) from `caspersdev`.`increments`.`pending` where model = 'refund_decisions' and key_name = 'partition') as affected;

-- (as in next_window: create or replace temporary view `refund_decisions__dbt_tmp` as)

DESCRIBE TABLE EXTENDED `refund_decisions__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_decisions` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_decisions` AS JSON;

select distinct try_cast(key_value as bigint) from `caspersdev`.`increments`.`pending` where model = 'refund_decisions' and key_name = 'partition';

select cast(sum(counted) as bigint) from (select count(*) as counted from `refund_decisions__dbt_tmp` union all select -count(*) from `refund_decisions__dbt_tmp` where false) as counts;

select 'nothing has changed' as nothing;

insert into `caspersdev`.`increments`.`progress` values ('refund_decisions', 'landed_decisions', 2, 7, '[{"partition": "order_key"}]'), ('refund_decisions', 'silver_order_timeline', 2, 7, '[{"partition": "order_key"}]');
