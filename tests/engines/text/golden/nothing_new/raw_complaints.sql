select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'raw_complaints' union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'raw_complaints' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'raw_complaints' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('raw_complaints', 'complaint_candidates') group by model union all select 'newest', null, cast(max(delivered_day) as string), null, null from `caspersdev`.`complaints`.`raw_complaints`;

DESCRIBE TABLE EXTENDED `caspersdev`.`complaints`.`raw_complaints__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`complaints`.`raw_complaints` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`complaints`.`raw_complaints` AS JSON;

select cast(sum(counted) as bigint) from (select count(*) as counted from `caspersdev`.`complaints`.`raw_complaints__dbt_tmp` union all select -count(*) from `caspersdev`.`complaints`.`raw_complaints__dbt_tmp` where false) as counts;

select 'nothing has changed' as nothing;

drop table if exists `caspersdev`.`complaints`.`raw_complaints__dbt_tmp`;
