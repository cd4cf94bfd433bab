select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'refund_candidates' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'refund_candidates' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'refund_candidates' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'refund_candidates' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('refund_candidates', 'silver_order_timeline', 'gold_order_header', 'delivery_percentiles_trailing', 'landed_agent_responses') group by model union all select 'newest', null, cast(max(delivered_day) as string), null, null from `caspersdev`.`recommender`.`refund_candidates`;

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
