select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'silver_order_items' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'silver_order_items' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'silver_order_items' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'silver_order_items' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('silver_order_items', 'landed_lines', 'silver_order_timeline') group by model;

insert into `caspersdev`.`increments`.`changes` select 'silver_order_items', 6, affected_model, '*', cast(null as string) from (select '' as affected_model union select 'complaint_candidates' as affected_model union select 'dim_customer' as affected_model union select 'gold_brand_sales_day' as affected_model union select 'gold_item_sales_day' as affected_model union select 'gold_location_sales_hourly' as affected_model union select 'gold_order_header' as affected_model) as affected;

-- (the columns of the query, or of its contract, are asked for)

-- (information_schema.row_filters is asked)

-- (as in first_build: create or replace table `caspersdev`.`lakeflow`.`silver_order_items`)

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_order_items` AS JSON;

-- (descriptions become comments (COLUMN of silver_order_items))
