select key_name, key_value, cast(null as string) as fingerprint from `caspersdev`.`increments`.`pending` where model = 'gold_order_header' union all select 'seen', upstream, fingerprint from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'gold_order_header';

select max(order_day) from `caspersdev`.`lakeflow`.`gold_order_header`;

-- (as in next_window, but: create or replace temporary view `gold_order_header__dbt_tmp` as)
@@ -5 +5 @@
-    where order_day in (date '2026-11-20')
+    where order_day in (date '2026-11-19', date '2026-11-20')

DESCRIBE TABLE EXTENDED `gold_order_header__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_order_header` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_order_header` AS JSON;

select model, fingerprint from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'gold_order_header' order by model;

select coalesce(max(change_number), 0) + 1 from `caspersdev`.`increments`.`changes` where model = 'gold_order_header';

insert into `caspersdev`.`increments`.`changes` select 'gold_order_header', 4, changes.* from (select distinct change.affected_model, change.key_name, change.key_value from (select explode(array(named_struct('affected_model', 'refund_candidates', 'key_name', 'order_day', 'key_value', cast(order_day as string)))) as change from `caspersdev`.`lakeflow`.`gold_order_header` where order_day in (date '2026-11-19', date '2026-11-20') union all select explode(array(named_struct('affected_model', 'refund_candidates', 'key_name', 'order_day', 'key_value', cast(order_day as string)))) as change from `gold_order_header__dbt_tmp`) as changed where change.key_value is not null) as changes;

insert into `caspersdev`.`lakeflow`.`gold_order_header` replace where order_day in (date '2026-11-19', date '2026-11-20') select `order_id`, `location_id`, `order_day`, `order_revenue`, `total_qty`, `total_items`, `brands_in_order` from `gold_order_header__dbt_tmp`;

select upstreams.upstream, coalesce(progress.step, 0) + 1 as step, coalesce(latest.change_number, 0) as change_number, upstreams.fingerprint from (select 'silver_order_items' as upstream, '[{"partition": "order_day"}]' as fingerprint) as upstreams left join (select model, max(change_number) as change_number from `caspersdev`.`increments`.`changes` group by model) as latest on upstreams.upstream = latest.model left join (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress on progress.model = 'gold_order_header' and upstreams.upstream = progress.upstream where progress.upstream is null or progress.change_number < coalesce(latest.change_number, 0) or progress.fingerprint <> upstreams.fingerprint order by upstreams.upstream;

insert into `caspersdev`.`increments`.`progress` values ('gold_order_header', 'silver_order_items', 2, 4, '[{"partition": "order_day"}]');
