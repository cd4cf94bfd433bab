select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'fct_orders' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'fct_orders' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'fct_orders' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'fct_orders' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('fct_orders', 'silver_order_timeline', 'gold_order_header', 'refund_candidates', 'refund_recommendations', 'refund_decisions', 'complaint_responses', 'dim_customer') group by model union all select 'newest', null, cast(max(order_day) as string), null, null from `caspersdev`.`lakeflow`.`fct_orders`;

-- (as in next_window, but: create or replace temporary view `fct_orders__dbt_tmp` as)
@@ -5 +5 @@
-    where order_day in (date '2026-11-20')
+    where false
@@ -9 +9 @@
-    where order_day in (date '2026-11-20')
+    where false
@@ -13 +13 @@
-    where order_day in (date '2026-11-20')
+    where false

DESCRIBE TABLE EXTENDED `fct_orders__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`fct_orders` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`fct_orders` AS JSON;

select cast(sum(counted) as bigint) from (select count(*) as counted from `fct_orders__dbt_tmp` union all select -count(*) from `fct_orders__dbt_tmp` where false) as counts;

select 'nothing has changed' as nothing;
