select model, fingerprint from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'delivery_percentiles_trailing' order by model;

select coalesce(max(change_number), 0) + 1 from `caspersdev`.`increments`.`changes` where model = 'delivery_percentiles_trailing';

insert into `caspersdev`.`increments`.`changes` select 'delivery_percentiles_trailing', 5, affected_model, '*', cast(null as string) from (select '' as affected_model union select 'refund_candidates' as affected_model) as affected;

-- (the columns of the query, or of its contract, are asked for)

-- (information_schema.row_filters is asked)

-- (as in first_build: create or replace table `caspersdev`.`recommender`.`delivery_percentiles_trailing`)

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`delivery_percentiles_trailing` AS JSON;

-- (descriptions become comments (COLUMN of delivery_percentiles_trailing))

select upstreams.upstream, coalesce(progress.step, 0) + 1 as step, coalesce(latest.change_number, 0) as change_number, upstreams.fingerprint from (select 'gold_delivery_times_day' as upstream, '[{"partition": "day"}]' as fingerprint union all select 'silver_order_timeline' as upstream, '[{"partition": "delivered_day", "days_after": "7"}]' as fingerprint) as upstreams left join (select model, max(change_number) as change_number from `caspersdev`.`increments`.`changes` group by model) as latest on upstreams.upstream = latest.model left join (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress on progress.model = 'delivery_percentiles_trailing' and upstreams.upstream = progress.upstream where progress.upstream is null or progress.change_number < coalesce(latest.change_number, 0) or progress.fingerprint <> upstreams.fingerprint order by upstreams.upstream;
