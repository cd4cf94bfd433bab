select key_name, key_value, cast(null as string) as fingerprint from `caspersdev`.`increments`.`pending` where model = 'gold_item_sales_day' union all select 'seen', upstream, fingerprint from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'gold_item_sales_day';

select max(day) from `caspersdev`.`lakeflow`.`gold_item_sales_day`;

-- (as in next_window, but: create or replace temporary view `gold_item_sales_day__dbt_tmp` as)
@@ -5 +5 @@
-    where order_day in (date '2026-11-20')
+    where order_day in (date '2026-11-19', date '2026-11-20')

DESCRIBE TABLE EXTENDED `gold_item_sales_day__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_item_sales_day` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_item_sales_day` AS JSON;

select model, fingerprint from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'gold_item_sales_day' order by model;

insert into `caspersdev`.`lakeflow`.`gold_item_sales_day` replace where day in (date '2026-11-19', date '2026-11-20') select `item_id`, `menu_id`, `category_id`, `brand_id`, `day`, `units_sold`, `gross_revenue` from `gold_item_sales_day__dbt_tmp`;

select upstreams.upstream, coalesce(progress.step, 0) + 1 as step, coalesce(latest.change_number, 0) as change_number, upstreams.fingerprint from (select 'silver_order_items' as upstream, '[{"partition": "order_day"}]' as fingerprint) as upstreams left join (select model, max(change_number) as change_number from `caspersdev`.`increments`.`changes` group by model) as latest on upstreams.upstream = latest.model left join (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress on progress.model = 'gold_item_sales_day' and upstreams.upstream = progress.upstream where progress.upstream is null or progress.change_number < coalesce(latest.change_number, 0) or progress.fingerprint <> upstreams.fingerprint order by upstreams.upstream;

insert into `caspersdev`.`increments`.`progress` values ('gold_item_sales_day', 'silver_order_items', 2, 4, '[{"partition": "order_day"}]');
