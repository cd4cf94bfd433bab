select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'delivery_percentiles_trailing' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'delivery_percentiles_trailing' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'delivery_percentiles_trailing' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'delivery_percentiles_trailing' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('delivery_percentiles_trailing', 'gold_delivery_times_day', 'silver_order_timeline') group by model union all select 'newest', null, cast(max(day) as string), null, null from `caspersdev`.`recommender`.`delivery_percentiles_trailing`;

-- (as in next_window, but: create or replace temporary view `delivery_percentiles_trailing__dbt_tmp` as)
@@ -5 +5 @@
-    where day in (date '2026-11-20')
+    where false
@@ -11 +11 @@
-        and delivered_day in (date '2026-11-13', date '2026-11-14', date '2026-11-15', date '2026-11-16', date '2026-11-17', date '2026-11-18', date '2026-11-19', date '2026-11-20')
+        and false

DESCRIBE TABLE EXTENDED `delivery_percentiles_trailing__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`delivery_percentiles_trailing` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`delivery_percentiles_trailing` AS JSON;

select cast(sum(counted) as bigint) from (select count(*) as counted from `delivery_percentiles_trailing__dbt_tmp` union all select -count(*) from `delivery_percentiles_trailing__dbt_tmp` where false) as counts;

select 'nothing has changed' as nothing;
