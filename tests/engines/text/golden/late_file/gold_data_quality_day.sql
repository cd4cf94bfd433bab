select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`gold_data_quality_day`;

select day from (select distinct coalesce(cast(event_ts as date), cast(arrived_ts as date), date '1970-01-01') as day from `caspersdev`.`lakeflow`.`landed_lines` where load_number > 1) as affected where day is not null;

select day from (select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_timeline` where load_number > 1) as affected where day is not null;

select day from (select distinct day as day from `caspersdev`.`lakeflow`.`gold_data_quality_day` where orders > 0 except select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_timeline`) as affected where day is not null;

select max(day) from `caspersdev`.`lakeflow`.`gold_data_quality_day`;

-- (as in next_window, but: create or replace temporary view `gold_data_quality_day__dbt_tmp` as)
@@ -10 +10 @@
-    where event_ts is not null and event_ts >= timestamp '2026-11-20 00:00:00'
+    where event_ts is not null and event_ts >= timestamp '2026-11-19 00:00:00'
@@ -12 +12 @@
-        and cast(event_ts as date) in (date '2026-11-20')
+        and cast(event_ts as date) in (date '2026-11-19', date '2026-11-20')
@@ -15 +15 @@
-    where event_ts is null and coalesce(cast(event_ts as date), cast(arrived_ts as date), date '1970-01-01') in (date '2026-11-20')
+    where event_ts is null and coalesce(cast(event_ts as date), cast(arrived_ts as date), date '1970-01-01') in (date '2026-11-19', date '2026-11-20')
@@ -28 +28 @@
-    where order_day in (date '2026-11-20')
+    where order_day in (date '2026-11-19', date '2026-11-20')

DESCRIBE TABLE EXTENDED `gold_data_quality_day__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_data_quality_day` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_data_quality_day` AS JSON;

select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`gold_data_quality_day`;

select day from (select distinct coalesce(cast(event_ts as date), cast(arrived_ts as date), date '1970-01-01') as day from `caspersdev`.`lakeflow`.`landed_lines` where load_number > 1) as affected where day is not null;

select day from (select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_timeline` where load_number > 1) as affected where day is not null;

select day from (select distinct day as day from `caspersdev`.`lakeflow`.`gold_data_quality_day` where orders > 0 except select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_timeline`) as affected where day is not null;

insert into `caspersdev`.`lakeflow`.`gold_data_quality_day`
    replace where day in (date '2026-11-19', date '2026-11-20')
    select `location_id`, `day`, `lines`, `events`, `duplicates`, `rejected`, `rejected_unreadable`, `rejected_incomplete`, `rejected_wrong_type`, `rejected_unknown`, `rejected_impossible`, `late_events`, `p50_lateness_minutes`, `max_lateness_minutes`, `orders`, `orders_created`, `orders_complete`, `orders_missing_steps`, `orders_in_progress`, `orders_delivered_before_created`, `orders_created_twice`, `load_number` from `gold_data_quality_day__dbt_tmp`;
