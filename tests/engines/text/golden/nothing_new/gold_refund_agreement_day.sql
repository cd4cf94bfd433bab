select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'gold_refund_agreement_day' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'gold_refund_agreement_day' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'gold_refund_agreement_day' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'gold_refund_agreement_day' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('gold_refund_agreement_day', 'refund_recommendations', 'refund_decisions') group by model union all select 'newest', null, cast(max(day) as string), null, null from `caspersdev`.`lakeflow`.`gold_refund_agreement_day`;

-- (as in next_window, but: create or replace temporary view `gold_refund_agreement_day__dbt_tmp` as)
@@ -5 +5 @@
-    where delivered_day in (date '2026-11-20')
+    where false
@@ -9 +9 @@
-    where is_current and delivered_day in (date '2026-11-20')
+    where is_current and false

DESCRIBE TABLE EXTENDED `gold_refund_agreement_day__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_refund_agreement_day` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_refund_agreement_day` AS JSON;

select cast(sum(counted) as bigint) from (select count(*) as counted from `gold_refund_agreement_day__dbt_tmp` union all select -count(*) from `gold_refund_agreement_day__dbt_tmp` where false) as counts;

select 'nothing has changed' as nothing;
