select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'raw_complaints' union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'raw_complaints' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'raw_complaints' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('raw_complaints', 'complaint_candidates') group by model;

insert into `caspersdev`.`increments`.`changes` select 'raw_complaints', 1, affected_model, '*', cast(null as string) from (select '' as affected_model) as affected;

-- (descriptions become comments (TABLE of raw_complaints))

DESCRIBE TABLE EXTENDED `caspersdev`.`complaints`.`raw_complaints` AS JSON;

-- (descriptions become comments (COLUMN of raw_complaints))

insert into `caspersdev`.`increments`.`progress` values ('raw_complaints', 'complaint_candidates', 1, 0, '[{"partition": "delivered_day"}]');
