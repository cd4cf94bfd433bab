select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`gold_delivery_times_day`;

select day from (select distinct explode(delivered_days) as day from `caspersdev`.`lakeflow`.`silver_order_timeline` where load_number > 1) as affected where day is not null;

select day from (select distinct day as day from `caspersdev`.`lakeflow`.`gold_delivery_times_day` except select distinct explode(delivered_days) as day from `caspersdev`.`lakeflow`.`silver_order_timeline`) as affected where day is not null;

-- (as in next_window, but: create or replace temporary view `gold_delivery_times_day__dbt_tmp` as)
@@ -5 +5 @@
-    where total_minutes is not null and delivered_day in (date '2026-11-20')
+    where total_minutes is not null and false

DESCRIBE TABLE EXTENDED `gold_delivery_times_day__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_delivery_times_day` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_delivery_times_day` AS JSON;

select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`gold_delivery_times_day`;

select day from (select distinct explode(delivered_days) as day from `caspersdev`.`lakeflow`.`silver_order_timeline` where load_number > 1) as affected where day is not null;

select day from (select distinct day as day from `caspersdev`.`lakeflow`.`gold_delivery_times_day` except select distinct explode(delivered_days) as day from `caspersdev`.`lakeflow`.`silver_order_timeline`) as affected where day is not null;

select 'nothing is affected' as nothing;
