-- (the relations of ai are asked for)

-- (the relations of complaints are asked for)

-- (the relations of lakeflow are asked for)

-- (the relations of recommender are asked for)

-- (the relations of simulator are asked for)

SHOW SCHEMAS IN `caspersdev`;

create or replace view `caspersdev`.`increments`.`pending` as select distinct changes.affected_model as model, changes.key_name, changes.key_value from `caspersdev`.`increments`.`changes` as changes left join (select model, upstream, max(change_number) as change_number from `caspersdev`.`increments`.`progress` group by model, upstream) as progress on changes.affected_model = progress.model and changes.model = progress.upstream where changes.change_number > coalesce(progress.change_number, 0);

create schema if not exists `caspersdev`.`increments`;

create table if not exists `caspersdev`.`increments`.`changes` (model string, change_number bigint, affected_model string, key_name string, key_value string) using delta;

create table if not exists `caspersdev`.`increments`.`progress` (model string, upstream string, step bigint, change_number bigint, fingerprint string) using delta;

delete from `caspersdev`.`increments`.`changes` where (model = 'landed_lines' and affected_model = 'silver_driver_pings' and change_number <= 1);

delete from `caspersdev`.`increments`.`progress` where (model = 'landed_lines' and upstream = 'event_types' and step < 2) or (model = 'landed_lines' and upstream = 'locations' and step < 2) or (model = 'landed_lines' and upstream = 'items' and step < 2) or (model = 'silver_driver_pings' and upstream = 'landed_lines' and step < 2) or (model = 'silver_order_timeline' and upstream = 'landed_lines' and step < 2) or (model = 'gold_data_quality_day' and upstream = 'landed_lines' and step < 2) or (model = 'gold_data_quality_day' and upstream = 'silver_order_timeline' and step < 2) or (model = 'gold_data_quality_day' and upstream = 'rejection_reasons' and step < 2) or (model = 'gold_delivery_times_day' and upstream = 'silver_order_timeline' and step < 2) or (model = 'refund_decisions' and upstream = 'landed_decisions' and step < 2) or (model = 'refund_decisions' and upstream = 'silver_order_timeline' and step < 2) or (model = 'silver_courier_shifts' and upstream = 'silver_order_timeline' and step < 2) or (model = 'silver_order_items' and upstream = 'silver_order_timeline' and step < 2) or (model = 'silver_order_items' and upstream = 'landed_lines' and step < 2) or (model = 'delivery_percentiles_trailing' and upstream = 'gold_delivery_times_day' and step < 2) or (model = 'delivery_percentiles_trailing' and upstream = 'silver_order_timeline' and step < 2) or (model = 'gold_brand_sales_day' and upstream = 'silver_order_items' and step < 2) or (model = 'gold_item_sales_day' and upstream = 'silver_order_items' and step < 2) or (model = 'gold_location_sales_hourly' and upstream = 'silver_order_items' and step < 2) or (model = 'gold_order_header' and upstream = 'silver_order_items' and step < 2) or (model = 'refund_candidates' and upstream = 'silver_order_timeline' and step < 2) or (model = 'refund_candidates' and upstream = 'gold_order_header' and step < 2) or (model = 'refund_candidates' and upstream = 'delivery_percentiles_trailing' and step < 2) or (model = 'refund_candidates' and upstream = 'landed_agent_responses' and step < 2) or (model = 'complaint_candidates' and upstream = 'refund_candidates' and step < 2) or (model = 'complaint_candidates' and upstream = 'silver_order_timeline' and step < 2) or (model = 'complaint_candidates' and upstream = 'silver_order_items' and step < 2) or (model = 'complaint_candidates' and upstream = 'landed_agent_responses' and step < 2) or (model = 'refund_recommendations' and upstream = 'refund_candidates' and step < 2) or (model = 'raw_complaints' and upstream = 'complaint_candidates' and step < 2) or (model = 'gold_refund_agreement_day' and upstream = 'refund_recommendations' and step < 2) or (model = 'gold_refund_agreement_day' and upstream = 'refund_decisions' and step < 2) or (model = 'complaint_responses' and upstream = 'raw_complaints' and step < 2) or (model = 'complaint_responses' and upstream = 'complaint_candidates' and step < 2);

select (select count(*) from `caspersdev`.`increments`.`changes`) + (select count(*) from `caspersdev`.`increments`.`progress`);

select changes.model, changes.affected_model, least(max(progress.change_number), max(latest.change_number) - 1) from `caspersdev`.`increments`.`changes` as changes inner join (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress on changes.affected_model = progress.model and changes.model = progress.upstream inner join (select model, max(change_number) as change_number from `caspersdev`.`increments`.`changes` group by model) as latest on changes.model = latest.model group by changes.model, changes.affected_model;

select model, upstream, step from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress;
