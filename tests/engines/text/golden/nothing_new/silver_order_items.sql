select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`silver_order_items`;

select day from (select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_timeline` where load_number > 1) as affected where day is not null;

select day from (select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_items` except select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_timeline`) as affected where day is not null;

-- (as in next_window, but: create or replace temporary view `silver_order_items__dbt_tmp` as)
@@ -5,3 +5 @@
-    where event_type = 'order_created' and event_ts >= timestamp '2026-11-20 00:00:00'
-        and event_ts < timestamp '2026-11-21 00:00:00'
-        and cast(event_ts as date) in (date '2026-11-20')
+    where event_type = 'order_created' and false
@@ -11 +9 @@
-    where order_day in (date '2026-11-20')
+    where false

DESCRIBE TABLE EXTENDED `silver_order_items__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_order_items` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_order_items` AS JSON;

select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`silver_order_items`;

select day from (select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_timeline` where load_number > 1) as affected where day is not null;

select day from (select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_items` except select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_timeline`) as affected where day is not null;

select 'nothing is affected' as nothing;
