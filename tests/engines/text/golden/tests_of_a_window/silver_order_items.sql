select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'silver_order_items' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'silver_order_items' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'silver_order_items' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'silver_order_items' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('silver_order_items', 'landed_lines', 'silver_order_timeline') group by model union all select 'newest', null, cast(max(order_day) as string), null, null from `caspersdev`.`lakeflow`.`silver_order_items`;

-- (as in next_window: create or replace temporary view `silver_order_items__dbt_tmp` as)

DESCRIBE TABLE EXTENDED `silver_order_items__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_order_items` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_order_items` AS JSON;

insert into `caspersdev`.`increments`.`changes` select 'silver_order_items', 5, changes.* from (select distinct change.affected_model, change.key_name, change.key_value from (select explode(array(named_struct('affected_model', 'complaint_candidates', 'key_name', 'order_day', 'key_value', cast(value_1 as string)), named_struct('affected_model', 'dim_customer', 'key_name', 'partition', 'key_value', cast(value_2 as string)), named_struct('affected_model', 'gold_brand_sales_day', 'key_name', 'partition', 'key_value', cast(value_1 as string)), named_struct('affected_model', 'gold_item_sales_day', 'key_name', 'partition', 'key_value', cast(value_1 as string)), named_struct('affected_model', 'gold_location_sales_hourly', 'key_name', 'partition', 'key_value', cast(value_1 as string)), named_struct('affected_model', 'gold_order_header', 'key_name', 'partition', 'key_value', cast(value_1 as string)))) as change from (select distinct value_1, value_2 from (select order_day as value_1, (
        cast(conv(concat(substring(md5(customer_id), 31, 2),substring(md5(customer_id), 29, 2),substring(md5(customer_id), 27, 2),substring(md5(customer_id), 25, 2),substring(md5(customer_id), 23, 2),substring(md5(customer_id), 21, 2),substring(md5(customer_id), 19, 2),substring(md5(customer_id), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(customer_id), 18, 1), 16, 10) as bigint) div 2
    ) as value_2 from `caspersdev`.`lakeflow`.`silver_order_items` where order_day in (date '2026-11-20') union all select order_day as value_1, (
        cast(conv(concat(substring(md5(customer_id), 31, 2),substring(md5(customer_id), 29, 2),substring(md5(customer_id), 27, 2),substring(md5(customer_id), 25, 2),substring(md5(customer_id), 23, 2),substring(md5(customer_id), 21, 2),substring(md5(customer_id), 19, 2),substring(md5(customer_id), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(customer_id), 18, 1), 16, 10) as bigint) div 2
    ) as value_2 from `silver_order_items__dbt_tmp`) as replaced_rows) as replaced_values) as changed where change.key_value is not null) as changes;

insert into `caspersdev`.`lakeflow`.`silver_order_items` replace where order_day in (date '2026-11-20') select `order_id`, `line_number`, `location_id`, `customer_id`, `order_ts`, `order_day`, `item_id`, `menu_id`, `category_id`, `brand_id`, `item_name`, `price`, `qty`, `extended_price` from `silver_order_items__dbt_tmp`;

insert into `caspersdev`.`increments`.`progress` values ('silver_order_items', 'silver_order_timeline', 2, 5, '[{"partition": "order_day"}]'), ('silver_order_items', 'landed_lines', 2, 5, '[{"partition": "case when event_type = \'order_created\' then cast(event_ts as date) end"}]');
