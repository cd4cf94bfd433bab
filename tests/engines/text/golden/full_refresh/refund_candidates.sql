select model, fingerprint from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'refund_candidates' order by model;

select coalesce(max(change_number), 0) + 1 from `caspersdev`.`increments`.`changes` where model = 'refund_candidates';

insert into `caspersdev`.`increments`.`changes` select 'refund_candidates', 5, affected_model, '*', cast(null as string) from (select '' as affected_model union select 'refund_recommendations' as affected_model) as affected;

-- (the columns of the query, or of its contract, are asked for)

-- (information_schema.row_filters is asked)

-- (as in first_build: create or replace table `caspersdev`.`recommender`.`refund_candidates`)

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_candidates` AS JSON;

-- (descriptions become comments (COLUMN of refund_candidates))

select upstreams.upstream, coalesce(progress.step, 0) + 1 as step, coalesce(latest.change_number, 0) as change_number, upstreams.fingerprint from (select 'silver_order_timeline' as upstream, '[{"partition": "delivered_day"}]' as fingerprint union all select 'gold_order_header' as upstream, '[{"key": "order_day"}]' as fingerprint union all select 'delivery_percentiles_trailing' as upstream, '[{"partition": "day"}]' as fingerprint) as upstreams left join (select model, max(change_number) as change_number from `caspersdev`.`increments`.`changes` group by model) as latest on upstreams.upstream = latest.model left join (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress on progress.model = 'refund_candidates' and upstreams.upstream = progress.upstream where progress.upstream is null or progress.change_number < coalesce(latest.change_number, 0) or progress.fingerprint <> upstreams.fingerprint order by upstreams.upstream;
