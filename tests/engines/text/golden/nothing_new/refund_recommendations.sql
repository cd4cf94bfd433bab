select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'refund_recommendations' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'refund_recommendations' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'refund_recommendations' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'refund_recommendations' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('refund_recommendations', 'refund_candidates') group by model union all select 'newest', null, cast(max(delivered_day) as string), null, null from `caspersdev`.`recommender`.`refund_recommendations`;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_recommendations__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_recommendations` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_recommendations` AS JSON;

select cast(sum(counted) as bigint) from (select count(*) as counted from `caspersdev`.`recommender`.`refund_recommendations__dbt_tmp` union all select -count(*) from `caspersdev`.`recommender`.`refund_recommendations__dbt_tmp` where false) as counts;

select 'nothing has changed' as nothing;

drop table if exists `caspersdev`.`recommender`.`refund_recommendations__dbt_tmp`;
