select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'fct_orders' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'fct_orders' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'fct_orders' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'fct_orders' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('fct_orders', 'silver_order_timeline', 'gold_order_header', 'refund_candidates', 'refund_recommendations', 'refund_decisions', 'complaint_responses', 'dim_customer') group by model union all select 'newest', null, cast(max(order_day) as string), null, null from `caspersdev`.`lakeflow`.`fct_orders`;

-- (as in next_window, but: create or replace temporary view `fct_orders__dbt_tmp` as)
@@ -5 +5 @@
-    where order_day in (date '2026-11-20')
+    where order_day in (date '2026-11-19', date '2026-11-20')
@@ -9 +9 @@
-    where order_day in (date '2026-11-20')
+    where order_day in (date '2026-11-19', date '2026-11-20')
@@ -13 +13 @@
-    where order_day in (date '2026-11-20')
+    where order_day in (date '2026-11-19', date '2026-11-20')

DESCRIBE TABLE EXTENDED `fct_orders__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`fct_orders` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`fct_orders` AS JSON;

insert into `caspersdev`.`increments`.`changes` select 'fct_orders', 4, changes.* from (select distinct change.affected_model, change.key_name, change.key_value from (select explode(array(named_struct('affected_model', 'gold_kitchen_day', 'key_name', 'partition', 'key_value', cast(value_1 as string)))) as change from (select distinct value_1 from (select order_day as value_1 from `caspersdev`.`lakeflow`.`fct_orders` where order_day in (date '2026-11-19', date '2026-11-20') union all select order_day as value_1 from `fct_orders__dbt_tmp`) as replaced_rows) as replaced_values) as changed where change.key_value is not null) as changes;

insert into `caspersdev`.`lakeflow`.`fct_orders` replace where order_day in (date '2026-11-19', date '2026-11-20') select `order_id`, `order_key`, `location_id`, `customer_id`, `customer_key`, `first_order_key`, `driver_id`, `shift_day`, `order_day`, `order_hour`, `status`, `order_ts`, `started_ts`, `finished_ts`, `ready_ts`, `driver_arrived_ts`, `picked_up_ts`, `delivered_ts`, `delivered_day`, `cancelled_ts`, `cancellation_reason`, `queue_minutes`, `prep_minutes`, `pack_minutes`, `kitchen_minutes`, `pickup_wait_minutes`, `driver_wait_minutes`, `drive_minutes`, `total_minutes`, `promised_minutes`, `minutes_past_promise`, `is_past_promise`, `p50_minutes`, `p75_minutes`, `p99_minutes`, `is_late`, `late_cause`, `order_revenue`, `total_qty`, `total_items`, `brands_in_order`, `delivery_fee`, `service_fee`, `tax`, `tip`, `discount`, `total_paid`, `refund_recommended_class`, `refund_recommended_usd`, `refund_decided_class`, `refund_decided_usd`, `decided_ts`, `net_revenue`, `has_complaint`, `complaint_category`, `complaint_decision`, `complaint_credit`, `is_repeat` from `fct_orders__dbt_tmp`;

insert into `caspersdev`.`increments`.`progress` values ('fct_orders', 'silver_order_timeline', 2, 4, '[{"partition": "order_day"}]'), ('fct_orders', 'gold_order_header', 2, 4, '[{"partition": "order_day"}]'), ('fct_orders', 'refund_candidates', 2, 4, '[{"partition": "order_day"}]'), ('fct_orders', 'refund_recommendations', 2, 4, '[{"key": "delivered_day"}]'), ('fct_orders', 'refund_decisions', 2, 4, '[{"key": "order_key"}]'), ('fct_orders', 'complaint_responses', 2, 4, '[{"key": "delivered_day"}]'), ('fct_orders', 'dim_customer', 2, 4, '[{"key": "first_order_key", "when_changed": "True"}]');
