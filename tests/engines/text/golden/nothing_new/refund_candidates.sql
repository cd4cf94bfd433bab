select key_name, key_value, cast(null as string) as fingerprint from `caspersdev`.`increments`.`pending` where model = 'refund_candidates' union all select 'seen', upstream, fingerprint from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'refund_candidates';

-- (as in next_window, but: create or replace temporary view `refund_candidates__dbt_tmp` as)
@@ -5 +5 @@
-    where status = 'delivered' and delivered_day in (date '2026-11-20')
+    where status = 'delivered' and false
@@ -12 +12 @@
-    where day in (date '2026-11-20')
+    where false

DESCRIBE TABLE EXTENDED `refund_candidates__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_candidates` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_candidates` AS JSON;

select cast(sum(counted) as bigint) from (select count(*) as counted from `refund_candidates__dbt_tmp` union all select -count(*) from `refund_candidates__dbt_tmp` where false) as counts;

select 'nothing has changed' as nothing;

select upstreams.upstream, coalesce(progress.step, 0) + 1 as step, coalesce(latest.change_number, 0) as change_number, upstreams.fingerprint from (select 'silver_order_timeline' as upstream, '[{"partition": "delivered_day"}]' as fingerprint union all select 'gold_order_header' as upstream, '[{"key": "order_day"}]' as fingerprint union all select 'delivery_percentiles_trailing' as upstream, '[{"partition": "day"}]' as fingerprint) as upstreams left join (select model, max(change_number) as change_number from `caspersdev`.`increments`.`changes` group by model) as latest on upstreams.upstream = latest.model left join (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress on progress.model = 'refund_candidates' and upstreams.upstream = progress.upstream where progress.upstream is null or progress.change_number < coalesce(latest.change_number, 0) or progress.fingerprint <> upstreams.fingerprint order by upstreams.upstream;
