select coalesce(max(load_number), 0) from `caspersdev`.`recommender`.`delivery_percentiles_trailing`;

select day from (select distinct day as day from `caspersdev`.`lakeflow`.`gold_delivery_times_day` where load_number > 1) as affected where day is not null;

select day from (select distinct day as day from `caspersdev`.`recommender`.`delivery_percentiles_trailing` except select distinct day as day from `caspersdev`.`lakeflow`.`gold_delivery_times_day`) as affected where day is not null;

select max(day) from `caspersdev`.`recommender`.`delivery_percentiles_trailing`;

-- (as in next_window, but: create or replace temporary view `delivery_percentiles_trailing__dbt_tmp` as)
@@ -5 +5 @@
-    where day in (date '2026-11-20', date '2026-11-21', date '2026-11-22', date '2026-11-23', date '2026-11-24', date '2026-11-25', date '2026-11-26', date '2026-11-27')
+    where day in (date '2026-11-19', date '2026-11-20', date '2026-11-21', date '2026-11-22', date '2026-11-23', date '2026-11-24', date '2026-11-25', date '2026-11-26', date '2026-11-27')
@@ -11 +11 @@
-        and delivered_day in (date '2026-11-13', date '2026-11-14', date '2026-11-15', date '2026-11-16', date '2026-11-17', date '2026-11-18', date '2026-11-19', date '2026-11-20', date '2026-11-21', date '2026-11-22', date '2026-11-23', date '2026-11-24', date '2026-11-25', date '2026-11-26', date '2026-11-27')
+        and delivered_day in (date '2026-11-12', date '2026-11-13', date '2026-11-14', date '2026-11-15', date '2026-11-16', date '2026-11-17', date '2026-11-18', date '2026-11-19', date '2026-11-20', date '2026-11-21', date '2026-11-22', date '2026-11-23', date '2026-11-24', date '2026-11-25', date '2026-11-26', date '2026-11-27')

DESCRIBE TABLE EXTENDED `delivery_percentiles_trailing__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`delivery_percentiles_trailing` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`delivery_percentiles_trailing` AS JSON;

select coalesce(max(load_number), 0) from `caspersdev`.`recommender`.`delivery_percentiles_trailing`;

select day from (select distinct day as day from `caspersdev`.`lakeflow`.`gold_delivery_times_day` where load_number > 1) as affected where day is not null;

select day from (select distinct day as day from `caspersdev`.`recommender`.`delivery_percentiles_trailing` except select distinct day as day from `caspersdev`.`lakeflow`.`gold_delivery_times_day`) as affected where day is not null;

insert into `caspersdev`.`recommender`.`delivery_percentiles_trailing`
    replace where day in (date '2026-11-19', date '2026-11-20', date '2026-11-21', date '2026-11-22', date '2026-11-23', date '2026-11-24', date '2026-11-25', date '2026-11-26', date '2026-11-27')
    select `location_id`, `day`, `deliveries`, `p50_minutes`, `p75_minutes`, `p99_minutes`, `load_number` from `delivery_percentiles_trailing__dbt_tmp`;
