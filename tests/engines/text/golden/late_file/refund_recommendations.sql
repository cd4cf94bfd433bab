select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'refund_recommendations' union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'refund_recommendations' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'refund_recommendations' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('refund_recommendations', 'refund_candidates') group by model union all select 'newest', null, cast(max(delivered_day) as string), null, null from `caspersdev`.`recommender`.`refund_recommendations`;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_recommendations__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_recommendations` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_recommendations` AS JSON;

insert into `caspersdev`.`increments`.`changes` select 'refund_recommendations', 4, changes.* from (select distinct change.affected_model, change.key_name, change.key_value from (select explode(array(named_struct('affected_model', 'gold_refund_agreement_day', 'key_name', 'partition', 'key_value', cast(delivered_day as string)))) as change from `caspersdev`.`recommender`.`refund_recommendations` where delivered_day in (date '2026-11-19', date '2026-11-20') union all select explode(array(named_struct('affected_model', 'gold_refund_agreement_day', 'key_name', 'partition', 'key_value', cast(delivered_day as string)))) as change from `caspersdev`.`recommender`.`refund_recommendations__dbt_tmp`) as changed where change.key_value is not null) as changes;

insert into `caspersdev`.`recommender`.`refund_recommendations` replace where delivered_day in (date '2026-11-19', date '2026-11-20') select `order_id`, `ts`, `order_ts`, `agent_response`, `refund_usd`, `refund_class`, `reason`, `generated_by`, `location_id`, `delivered_day`, `total_minutes`, `order_revenue`, `p50_minutes`, `p75_minutes`, `p99_minutes` from `caspersdev`.`recommender`.`refund_recommendations__dbt_tmp`;

drop table if exists `caspersdev`.`recommender`.`refund_recommendations__dbt_tmp`;

insert into `caspersdev`.`increments`.`progress` values ('refund_recommendations', 'refund_candidates', 2, 4, '[{"partition": "delivered_day"}]');
