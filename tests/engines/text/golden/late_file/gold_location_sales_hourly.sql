select key_name, key_value, cast(null as string) as fingerprint from `caspersdev`.`increments`.`pending` where model = 'gold_location_sales_hourly' union all select 'seen', upstream, fingerprint from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'gold_location_sales_hourly';

select max(cast(hour_ts as date)) from `caspersdev`.`lakeflow`.`gold_location_sales_hourly`;

-- (as in next_window, but: create or replace temporary view `gold_location_sales_hourly__dbt_tmp` as)
@@ -5 +5 @@
-    where order_day in (date '2026-11-20')
+    where order_day in (date '2026-11-19', date '2026-11-20')

DESCRIBE TABLE EXTENDED `gold_location_sales_hourly__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_location_sales_hourly` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_location_sales_hourly` AS JSON;

select model, fingerprint from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'gold_location_sales_hourly' order by model;

insert into `caspersdev`.`lakeflow`.`gold_location_sales_hourly` replace where ((hour_ts >= timestamp '2026-11-19 00:00:00' and hour_ts < timestamp '2026-11-20 00:00:00') or (hour_ts >= timestamp '2026-11-20 00:00:00' and hour_ts < timestamp '2026-11-21 00:00:00')) select `location_id`, `hour_ts`, `orders`, `revenue` from `gold_location_sales_hourly__dbt_tmp`;

select upstreams.upstream, coalesce(progress.step, 0) + 1 as step, coalesce(latest.change_number, 0) as change_number, upstreams.fingerprint from (select 'silver_order_items' as upstream, '[{"partition": "order_day"}]' as fingerprint) as upstreams left join (select model, max(change_number) as change_number from `caspersdev`.`increments`.`changes` group by model) as latest on upstreams.upstream = latest.model left join (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress on progress.model = 'gold_location_sales_hourly' and upstreams.upstream = progress.upstream where progress.upstream is null or progress.change_number < coalesce(latest.change_number, 0) or progress.fingerprint <> upstreams.fingerprint order by upstreams.upstream;

insert into `caspersdev`.`increments`.`progress` values ('gold_location_sales_hourly', 'silver_order_items', 2, 4, '[{"partition": "order_day"}]');
