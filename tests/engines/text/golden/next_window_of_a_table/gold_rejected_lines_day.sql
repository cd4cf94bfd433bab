select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'gold_rejected_lines_day' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'gold_rejected_lines_day' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'gold_rejected_lines_day' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'gold_rejected_lines_day' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('gold_rejected_lines_day', 'landed_lines') group by model union all select 'newest', null, cast(max(day) as string), null, null from `caspersdev`.`lakeflow`.`gold_rejected_lines_day`;

-- (as in next_window: create or replace temporary view `gold_rejected_lines_day__dbt_tmp` as)

DESCRIBE TABLE EXTENDED `gold_rejected_lines_day__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_rejected_lines_day` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_rejected_lines_day` AS JSON;

insert into `caspersdev`.`lakeflow`.`gold_rejected_lines_day` replace where day in (date '2026-11-20') select `location_id`, `day`, `rejection_code`, `lines` from `gold_rejected_lines_day__dbt_tmp`;

insert into `caspersdev`.`increments`.`progress` values ('gold_rejected_lines_day', 'landed_lines', 2, 7, '[{"partition": "coalesce(cast(event_ts as date), cast(arrived_ts as date), date \'1970-01-01\')"}]');
