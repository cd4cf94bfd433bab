select model, fingerprint from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'refund_recommendations' order by model;

select coalesce(max(change_number), 0) + 1 from `caspersdev`.`increments`.`changes` where model = 'refund_recommendations';

insert into `caspersdev`.`increments`.`changes` select 'refund_recommendations', 1, affected_model, '*', cast(null as string) from (select '' as affected_model) as affected;

-- (descriptions become comments (TABLE of refund_recommendations))

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_recommendations` AS JSON;

-- (descriptions become comments (COLUMN of refund_recommendations))

select upstreams.upstream, coalesce(progress.step, 0) + 1 as step, coalesce(latest.change_number, 0) as change_number, upstreams.fingerprint from (select 'refund_candidates' as upstream, '[{"partition": "delivered_day"}]' as fingerprint) as upstreams left join (select model, max(change_number) as change_number from `caspersdev`.`increments`.`changes` group by model) as latest on upstreams.upstream = latest.model left join (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress on progress.model = 'refund_recommendations' and upstreams.upstream = progress.upstream where progress.upstream is null or progress.change_number < coalesce(latest.change_number, 0) or progress.fingerprint <> upstreams.fingerprint order by upstreams.upstream;

insert into `caspersdev`.`increments`.`progress` values ('refund_recommendations', 'refund_candidates', 1, 1, '[{"partition": "delivered_day"}]');
