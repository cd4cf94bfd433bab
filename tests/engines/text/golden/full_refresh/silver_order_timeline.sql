select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'silver_order_timeline' and (key_name in ('partition', '*') or key_value like '____-__-__') and key_name <> 'partition' union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'silver_order_timeline' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'silver_order_timeline' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'silver_order_timeline' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('silver_order_timeline', 'landed_lines') group by model;

insert into `caspersdev`.`increments`.`changes` select 'silver_order_timeline', 6, affected_model, '*', cast(null as string) from (select '' as affected_model union select 'complaint_candidates' as affected_model union select 'delivery_percentiles_trailing' as affected_model union select 'dim_customer' as affected_model union select 'fct_orders' as affected_model union select 'gold_data_quality_day' as affected_model union select 'gold_delivery_times_day' as affected_model union select 'refund_candidates' as affected_model union select 'refund_decisions' as affected_model union select 'silver_courier_shifts' as affected_model union select 'silver_order_items' as affected_model) as affected;

-- (the columns of the query, or of its contract, are asked for)

-- (information_schema.row_filters is asked)

-- (as in first_build: create or replace table `caspersdev`.`lakeflow`.`silver_order_timeline`)

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_order_timeline` AS JSON;

-- (descriptions become comments (COLUMN of silver_order_timeline))
