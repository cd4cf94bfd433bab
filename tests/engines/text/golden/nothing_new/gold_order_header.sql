select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`gold_order_header`;

select day from (select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_items` where load_number > 1) as affected where day is not null;

select day from (select distinct order_day as day from `caspersdev`.`lakeflow`.`gold_order_header` except select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_items`) as affected where day is not null;

-- (as in next_window, but: create or replace temporary view `gold_order_header__dbt_tmp` as)
@@ -5 +5 @@
-    where order_day in (date '2026-11-20')
+    where false

DESCRIBE TABLE EXTENDED `gold_order_header__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_order_header` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_order_header` AS JSON;

select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`gold_order_header`;

select day from (select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_items` where load_number > 1) as affected where day is not null;

select day from (select distinct order_day as day from `caspersdev`.`lakeflow`.`gold_order_header` except select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_items`) as affected where day is not null;

select 'nothing is affected' as nothing;
