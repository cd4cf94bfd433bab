select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'refund_candidates' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'refund_candidates' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'refund_candidates' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'refund_candidates' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('refund_candidates', 'silver_order_timeline', 'gold_order_header', 'delivery_percentiles_trailing', 'landed_agent_responses') group by model union all select 'newest', null, cast(max(delivered_day) as string), null, null from `caspersdev`.`recommender`.`refund_candidates`;

-- (as in next_window, but: create or replace temporary view `refund_candidates__dbt_tmp` as)
@@ -5 +5 @@
-    where status = 'delivered' and delivered_day in (date '2026-11-20')
+    where status = 'delivered' and delivered_day in (date '2026-11-19', date '2026-11-20')
@@ -12 +12 @@
-    where day in (date '2026-11-20')
+    where day in (date '2026-11-19', date '2026-11-20')

DESCRIBE TABLE EXTENDED `refund_candidates__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_candidates` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_candidates` AS JSON;

insert into `caspersdev`.`increments`.`changes` select 'refund_candidates', 4, changes.* from (select distinct change.affected_model, change.key_name, change.key_value from (select explode(array(named_struct('affected_model', 'complaint_candidates', 'key_name', 'partition', 'key_value', cast(value_1 as string)), named_struct('affected_model', 'fct_orders', 'key_name', 'partition', 'key_value', cast(value_2 as string)), named_struct('affected_model', 'refund_recommendations', 'key_name', 'partition', 'key_value', cast(value_1 as string)))) as change from (select distinct value_1, value_2 from (select delivered_day as value_1, order_day as value_2 from `caspersdev`.`recommender`.`refund_candidates` where delivered_day in (date '2026-11-19', date '2026-11-20') union all select delivered_day as value_1, order_day as value_2 from `refund_candidates__dbt_tmp`) as replaced_rows) as replaced_values) as changed where change.key_value is not null) as changes;

insert into `caspersdev`.`recommender`.`refund_candidates` replace where delivered_day in (date '2026-11-19', date '2026-11-20') select `order_id`, `order_key`, `location_id`, `order_day`, `order_ts`, `delivered_day`, `total_minutes`, `order_revenue`, `p50_minutes`, `p75_minutes`, `p99_minutes`, `history_deliveries`, `is_late`, `late_cause`, `agent_outcome`, `agent_answer` from `refund_candidates__dbt_tmp`;

insert into `caspersdev`.`increments`.`progress` values ('refund_candidates', 'silver_order_timeline', 2, 4, '[{"partition": "delivered_day"}]'), ('refund_candidates', 'gold_order_header', 2, 4, '[{"key": "order_day"}]'), ('refund_candidates', 'delivery_percentiles_trailing', 2, 4, '[{"partition": "day"}]'), ('refund_candidates', 'landed_agent_responses', 2, 4, '[{"key": "order_key"}]');
