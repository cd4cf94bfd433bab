select coalesce(max(load_number), 0) from `caspersdev`.`recommender`.`refund_candidates`;

select day from (select distinct explode(delivered_days) as day from `caspersdev`.`lakeflow`.`silver_order_timeline` where load_number > 1) as affected where day is not null;

select day from (select distinct delivered_day as day from `caspersdev`.`recommender`.`refund_candidates` except select distinct explode(delivered_days) as day from `caspersdev`.`lakeflow`.`silver_order_timeline`) as affected where day is not null;

select day from (select distinct day as day from `caspersdev`.`recommender`.`delivery_percentiles_trailing` where load_number > 1) as affected where day is not null;

select max(delivered_day) from `caspersdev`.`recommender`.`refund_candidates`;

-- (as in next_window, but: create or replace temporary view `refund_candidates__dbt_tmp` as)
@@ -5 +5 @@
-    where status = 'delivered' and delivered_day in (date '2026-11-20')
+    where status = 'delivered' and delivered_day in (date '2026-11-19', date '2026-11-20')
@@ -12 +12 @@
-    where day in (date '2026-11-20')
+    where day in (date '2026-11-19', date '2026-11-20')

DESCRIBE TABLE EXTENDED `refund_candidates__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_candidates` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_candidates` AS JSON;

select coalesce(max(load_number), 0) from `caspersdev`.`recommender`.`refund_candidates`;

select day from (select distinct explode(delivered_days) as day from `caspersdev`.`lakeflow`.`silver_order_timeline` where load_number > 1) as affected where day is not null;

select day from (select distinct delivered_day as day from `caspersdev`.`recommender`.`refund_candidates` except select distinct explode(delivered_days) as day from `caspersdev`.`lakeflow`.`silver_order_timeline`) as affected where day is not null;

select day from (select distinct day as day from `caspersdev`.`recommender`.`delivery_percentiles_trailing` where load_number > 1) as affected where day is not null;

insert into `caspersdev`.`recommender`.`refund_candidates`
    replace where delivered_day in (date '2026-11-19', date '2026-11-20')
    select `order_id`, `location_id`, `order_day`, `order_ts`, `delivered_day`, `total_minutes`, `order_revenue`, `p50_minutes`, `p75_minutes`, `p99_minutes`, `history_deliveries`, `load_number` from `refund_candidates__dbt_tmp`;
