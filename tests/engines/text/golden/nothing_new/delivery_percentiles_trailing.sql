select key_name, key_value, cast(null as string) as fingerprint from `caspersdev`.`increments`.`pending` where model = 'delivery_percentiles_trailing' union all select 'seen', upstream, fingerprint from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'delivery_percentiles_trailing';

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

select upstreams.upstream, coalesce(progress.step, 0) + 1 as step, coalesce(latest.change_number, 0) as change_number, upstreams.fingerprint from (select 'gold_delivery_times_day' as upstream, '[{"partition": "day"}]' as fingerprint union all select 'silver_order_timeline' as upstream, '[{"partition": "delivered_day", "days_after": "7"}]' as fingerprint) as upstreams left join (select model, max(change_number) as change_number from `caspersdev`.`increments`.`changes` group by model) as latest on upstreams.upstream = latest.model left join (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress on progress.model = 'delivery_percentiles_trailing' and upstreams.upstream = progress.upstream where progress.upstream is null or progress.change_number < coalesce(latest.change_number, 0) or progress.fingerprint <> upstreams.fingerprint order by upstreams.upstream;
