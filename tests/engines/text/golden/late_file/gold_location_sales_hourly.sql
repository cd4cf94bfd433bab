select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`gold_location_sales_hourly`;

select day from (select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_items` where load_number > 1) as affected where day is not null;

select day from (select distinct cast(hour_ts as date) as day from `caspersdev`.`lakeflow`.`gold_location_sales_hourly` except select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_items`) as affected where day is not null;

select max(cast(hour_ts as date)) from `caspersdev`.`lakeflow`.`gold_location_sales_hourly`;

-- (as in next_window, but: create or replace temporary view `gold_location_sales_hourly__dbt_tmp` as)
@@ -5 +5 @@
-    where order_day in (date '2026-11-20')
+    where order_day in (date '2026-11-19', date '2026-11-20')

DESCRIBE TABLE EXTENDED `gold_location_sales_hourly__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_location_sales_hourly` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_location_sales_hourly` AS JSON;

select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`gold_location_sales_hourly`;

select day from (select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_items` where load_number > 1) as affected where day is not null;

select day from (select distinct cast(hour_ts as date) as day from `caspersdev`.`lakeflow`.`gold_location_sales_hourly` except select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_items`) as affected where day is not null;

insert into `caspersdev`.`lakeflow`.`gold_location_sales_hourly`
    replace where (hour_ts >= timestamp '2026-11-19 00:00:00' and hour_ts < timestamp '2026-11-20 00:00:00') or (hour_ts >= timestamp '2026-11-20 00:00:00' and hour_ts < timestamp '2026-11-21 00:00:00')
    select `location_id`, `hour_ts`, `orders`, `revenue`, `load_number` from `gold_location_sales_hourly__dbt_tmp`;
