select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'refund_recommendations' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'refund_recommendations' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'refund_recommendations' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'refund_recommendations' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('refund_recommendations', 'refund_candidates') group by model;

insert into `caspersdev`.`increments`.`changes` select 'refund_recommendations', 1, affected_model, '*', cast(null as string) from (select '' as affected_model) as affected;

-- (descriptions become comments (TABLE of refund_recommendations))

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_recommendations` AS JSON;

-- (descriptions become comments (COLUMN of refund_recommendations))

insert into `caspersdev`.`increments`.`progress` values ('refund_recommendations', 'refund_candidates', 1, 0, '[{"partition": "delivered_day"}]');
