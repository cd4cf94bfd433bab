select model, fingerprint from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'silver_order_timeline' order by model;

select coalesce(max(change_number), 0) + 1 from `caspersdev`.`increments`.`changes` where model = 'silver_order_timeline';

insert into `caspersdev`.`increments`.`changes` select 'silver_order_timeline', 5, affected_model, '*', cast(null as string) from (select '' as affected_model union select 'delivery_percentiles_trailing' as affected_model union select 'gold_data_quality_day' as affected_model union select 'gold_delivery_times_day' as affected_model union select 'refund_candidates' as affected_model union select 'silver_order_items' as affected_model) as affected;

-- (the columns of the query, or of its contract, are asked for)

-- (information_schema.row_filters is asked)

-- (as in first_build: create or replace table `caspersdev`.`lakeflow`.`silver_order_timeline`)

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_order_timeline` AS JSON;

-- (descriptions become comments (COLUMN of silver_order_timeline))

select upstreams.upstream, coalesce(progress.step, 0) + 1 as step, coalesce(latest.change_number, 0) as change_number, upstreams.fingerprint from (select 'landed_lines' as upstream, '[{"partition": "(\\n        cast(conv(concat(substring(md5(order_id), 31, 2),substring(md5(order_id), 29, 2),substring(md5(order_id), 27, 2),substring(md5(order_id), 25, 2),substring(md5(order_id), 23, 2),substring(md5(order_id), 21, 2),substring(md5(order_id), 19, 2),substring(md5(order_id), 17, 1)\\n        ), 16, 10) as bigint) * 8\\n        + cast(conv(substring(md5(order_id), 18, 1), 16, 10) as bigint) div 2\\n    )"}]' as fingerprint) as upstreams left join (select model, max(change_number) as change_number from `caspersdev`.`increments`.`changes` group by model) as latest on upstreams.upstream = latest.model left join (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress on progress.model = 'silver_order_timeline' and upstreams.upstream = progress.upstream where progress.upstream is null or progress.change_number < coalesce(latest.change_number, 0) or progress.fingerprint <> upstreams.fingerprint order by upstreams.upstream;
