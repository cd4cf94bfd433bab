select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'gold_order_header' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'gold_order_header' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'gold_order_header' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'gold_order_header' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('gold_order_header', 'silver_order_items') group by model union all select 'newest', null, cast(max(order_day) as string), null, null from `caspersdev`.`lakeflow`.`gold_order_header`;

-- (as in next_window, but: create or replace temporary view `gold_order_header__dbt_tmp` as)
@@ -5 +5 @@
-    where order_day in (date '2026-11-20')
+    where false

DESCRIBE TABLE EXTENDED `gold_order_header__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_order_header` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_order_header` AS JSON;

select cast(sum(counted) as bigint) from (select count(*) as counted from `gold_order_header__dbt_tmp` union all select -count(*) from `gold_order_header__dbt_tmp` where false) as counts;

select 'nothing has changed' as nothing;
