select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'gold_order_header' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'gold_order_header' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'gold_order_header' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'gold_order_header' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('gold_order_header', 'silver_order_items') group by model union all select 'newest', null, cast(max(order_day) as string), null, null from `caspersdev`.`lakeflow`.`gold_order_header`;

-- (as in next_window: create or replace temporary view `gold_order_header__dbt_tmp` as)

DESCRIBE TABLE EXTENDED `gold_order_header__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_order_header` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_order_header` AS JSON;

insert into `caspersdev`.`increments`.`changes` select 'gold_order_header', 5, changes.* from (select distinct change.affected_model, change.key_name, change.key_value from (select explode(array(named_struct('affected_model', 'fct_orders', 'key_name', 'partition', 'key_value', cast(value_1 as string)), named_struct('affected_model', 'refund_candidates', 'key_name', 'order_day', 'key_value', cast(value_1 as string)))) as change from (select distinct value_1 from (select order_day as value_1 from `caspersdev`.`lakeflow`.`gold_order_header` where order_day in (date '2026-11-20') union all select order_day as value_1 from `gold_order_header__dbt_tmp`) as replaced_rows) as replaced_values) as changed where change.key_value is not null) as changes;

insert into `caspersdev`.`lakeflow`.`gold_order_header` replace where order_day in (date '2026-11-20') select `order_id`, `location_id`, `order_day`, `order_revenue`, `total_qty`, `total_items`, `brands_in_order` from `gold_order_header__dbt_tmp`;

insert into `caspersdev`.`increments`.`progress` values ('gold_order_header', 'silver_order_items', 2, 5, '[{"partition": "order_day"}]');
