select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`silver_order_items`;

select day from (select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_timeline` where load_number > 1) as affected where day is not null;

select day from (select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_items` except select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_timeline`) as affected where day is not null;

select max(order_day) from `caspersdev`.`lakeflow`.`silver_order_items`;

-- (as in next_window, but: create or replace temporary view `silver_order_items__dbt_tmp` as)
@@ -5 +5 @@
-    where event_type = 'order_created' and event_ts >= timestamp '2026-11-20 00:00:00'
+    where event_type = 'order_created' and event_ts >= timestamp '2026-11-19 00:00:00'
@@ -7 +7 @@
-        and cast(event_ts as date) in (date '2026-11-20')
+        and cast(event_ts as date) in (date '2026-11-19', date '2026-11-20')
@@ -11 +11 @@
-    where order_day in (date '2026-11-20')
+    where order_day in (date '2026-11-19', date '2026-11-20')

DESCRIBE TABLE EXTENDED `silver_order_items__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_order_items` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_order_items` AS JSON;

select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`silver_order_items`;

select day from (select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_timeline` where load_number > 1) as affected where day is not null;

select day from (select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_items` except select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_timeline`) as affected where day is not null;

insert into `caspersdev`.`lakeflow`.`silver_order_items`
    replace where order_day in (date '2026-11-19', date '2026-11-20')
    select `order_id`, `line_number`, `location_id`, `order_ts`, `order_day`, `item_id`, `menu_id`, `category_id`, `brand_id`, `item_name`, `price`, `qty`, `extended_price`, `load_number` from `silver_order_items__dbt_tmp`;
