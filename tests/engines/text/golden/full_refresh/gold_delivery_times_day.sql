select model, fingerprint from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'gold_delivery_times_day' order by model;

select coalesce(max(change_number), 0) + 1 from `caspersdev`.`increments`.`changes` where model = 'gold_delivery_times_day';

insert into `caspersdev`.`increments`.`changes` select 'gold_delivery_times_day', 5, affected_model, '*', cast(null as string) from (select '' as affected_model union select 'delivery_percentiles_trailing' as affected_model) as affected;

-- (the columns of the query, or of its contract, are asked for)

-- (information_schema.row_filters is asked)

-- (as in first_build: create or replace table `caspersdev`.`lakeflow`.`gold_delivery_times_day`)

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_delivery_times_day` AS JSON;

-- (descriptions become comments (COLUMN of gold_delivery_times_day))

select upstreams.upstream, coalesce(progress.step, 0) + 1 as step, coalesce(latest.change_number, 0) as change_number, upstreams.fingerprint from (select 'silver_order_timeline' as upstream, '[{"partition": "delivered_day"}]' as fingerprint) as upstreams left join (select model, max(change_number) as change_number from `caspersdev`.`increments`.`changes` group by model) as latest on upstreams.upstream = latest.model left join (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress on progress.model = 'gold_delivery_times_day' and upstreams.upstream = progress.upstream where progress.upstream is null or progress.change_number < coalesce(latest.change_number, 0) or progress.fingerprint <> upstreams.fingerprint order by upstreams.upstream;
