select key_name, key_value, cast(null as string) as fingerprint from `caspersdev`.`increments`.`pending` where model = 'refund_recommendations' union all select 'seen', upstream, fingerprint from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'refund_recommendations';

select max(delivered_day) from `caspersdev`.`recommender`.`refund_recommendations`;

select key_name, key_value, cast(null as string) as fingerprint from `caspersdev`.`increments`.`pending` where model = 'refund_recommendations' union all select 'seen', upstream, fingerprint from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'refund_recommendations';

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_recommendations__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_recommendations` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_recommendations` AS JSON;

select model, fingerprint from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'refund_recommendations' order by model;

insert into `caspersdev`.`recommender`.`refund_recommendations` replace where delivered_day in (date '2026-11-19', date '2026-11-20') select `order_id`, `ts`, `order_ts`, `agent_response`, `refund_usd`, `refund_class`, `reason`, `location_id`, `delivered_day`, `total_minutes`, `order_revenue`, `p50_minutes`, `p75_minutes`, `p99_minutes` from `caspersdev`.`recommender`.`refund_recommendations__dbt_tmp`;

drop table if exists `caspersdev`.`recommender`.`refund_recommendations__dbt_tmp`;

select upstreams.upstream, coalesce(progress.step, 0) + 1 as step, coalesce(latest.change_number, 0) as change_number, upstreams.fingerprint from (select 'refund_candidates' as upstream, '[{"partition": "delivered_day"}]' as fingerprint) as upstreams left join (select model, max(change_number) as change_number from `caspersdev`.`increments`.`changes` group by model) as latest on upstreams.upstream = latest.model left join (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress on progress.model = 'refund_recommendations' and upstreams.upstream = progress.upstream where progress.upstream is null or progress.change_number < coalesce(latest.change_number, 0) or progress.fingerprint <> upstreams.fingerprint order by upstreams.upstream;

insert into `caspersdev`.`increments`.`progress` values ('refund_recommendations', 'refund_candidates', 2, 4, '[{"partition": "delivered_day"}]');
