select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'delivery_percentiles_trailing' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'delivery_percentiles_trailing' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'delivery_percentiles_trailing' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'delivery_percentiles_trailing' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('delivery_percentiles_trailing', 'gold_delivery_times_day', 'silver_order_timeline') group by model union all select 'newest', null, cast(max(day) as string), null, null from `caspersdev`.`recommender`.`delivery_percentiles_trailing`;

-- (as in next_window, but: create or replace temporary view `delivery_percentiles_trailing__dbt_tmp` as)
@@ -5 +5 @@
-    where day in (date '2026-11-20')
+    where day in (date '2026-11-19', date '2026-11-20')
@@ -11 +11 @@
-        and delivered_day in (date '2026-11-13', date '2026-11-14', date '2026-11-15', date '2026-11-16', date '2026-11-17', date '2026-11-18', date '2026-11-19', date '2026-11-20')
+        and delivered_day in (date '2026-11-12', date '2026-11-13', date '2026-11-14', date '2026-11-15', date '2026-11-16', date '2026-11-17', date '2026-11-18', date '2026-11-19', date '2026-11-20')

DESCRIBE TABLE EXTENDED `delivery_percentiles_trailing__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`delivery_percentiles_trailing` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`delivery_percentiles_trailing` AS JSON;

insert into `caspersdev`.`increments`.`changes` select 'delivery_percentiles_trailing', 4, changes.* from (select distinct change.affected_model, change.key_name, change.key_value from (select explode(array(named_struct('affected_model', 'refund_candidates', 'key_name', 'partition', 'key_value', cast(value_1 as string)))) as change from (select distinct value_1 from (select day as value_1 from `caspersdev`.`recommender`.`delivery_percentiles_trailing` where day in (date '2026-11-19', date '2026-11-20') union all select day as value_1 from `delivery_percentiles_trailing__dbt_tmp`) as replaced_rows) as replaced_values) as changed where change.key_value is not null) as changes;

insert into `caspersdev`.`recommender`.`delivery_percentiles_trailing` replace where day in (date '2026-11-19', date '2026-11-20') select `location_id`, `day`, `deliveries`, `p50_minutes`, `p75_minutes`, `p99_minutes`, `usual_kitchen_minutes`, `usual_pickup_minutes`, `usual_drive_minutes` from `delivery_percentiles_trailing__dbt_tmp`;

insert into `caspersdev`.`increments`.`progress` values ('delivery_percentiles_trailing', 'gold_delivery_times_day', 2, 4, '[{"partition": "day"}]'), ('delivery_percentiles_trailing', 'silver_order_timeline', 2, 4, '[{"partition": "delivered_day", "days_after": "7"}]');
