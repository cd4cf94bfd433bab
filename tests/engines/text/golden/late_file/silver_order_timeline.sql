select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`silver_order_timeline`;

select day from (select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_timeline` where order_key in (select (
        cast(conv(concat(substring(md5(order_id), 31, 2),substring(md5(order_id), 29, 2),substring(md5(order_id), 27, 2),substring(md5(order_id), 25, 2),substring(md5(order_id), 23, 2),substring(md5(order_id), 21, 2),substring(md5(order_id), 19, 2),substring(md5(order_id), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(order_id), 18, 1), 16, 10) as bigint) div 2
    ) from `caspersdev`.`lakeflow`.`landed_lines` where load_number > 1)) as affected where day is not null;

select day from (select distinct cast(event_ts as date) as day from `caspersdev`.`lakeflow`.`landed_lines` where load_number > 1) as affected where day is not null;

select max(order_day) from `caspersdev`.`lakeflow`.`silver_order_timeline`;

select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`silver_order_timeline`;

select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`silver_order_timeline`;

select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`silver_order_timeline`;

select min(first_ts), max(last_ts) from (select min(event_ts) as first_ts, max(event_ts) as last_ts from `caspersdev`.`lakeflow`.`landed_lines` where rejection_code is null and load_number > 1 union all select min(first_event_ts) as first_ts, max(last_event_ts) as last_ts from `caspersdev`.`lakeflow`.`silver_order_timeline` where order_key in (select (
        cast(conv(concat(substring(md5(order_id), 31, 2),substring(md5(order_id), 29, 2),substring(md5(order_id), 27, 2),substring(md5(order_id), 25, 2),substring(md5(order_id), 23, 2),substring(md5(order_id), 21, 2),substring(md5(order_id), 19, 2),substring(md5(order_id), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(order_id), 18, 1), 16, 10) as bigint) div 2
    ) from (select distinct order_id
    from `caspersdev`.`lakeflow`.`landed_lines`
    where rejection_code is null and load_number > 1) as affected)) as spans;

-- (as in next_window, but: create or replace temporary view `silver_order_timeline__dbt_tmp` as)
@@ -24 +24 @@
-        and event_ts between timestamp '2026-11-20 18:02:03+00:00' and timestamp '2026-11-20 21:29:00+00:00'
+        and event_ts between timestamp '2026-11-19 11:00:00+00:00' and timestamp '2026-11-20 20:15:00+00:00'
@@ -131 +131 @@
-        (order_day in (date '2026-11-20') or order_day in (select recomputed.order_day from recomputed))
+        (order_day in (date '2026-11-19', date '2026-11-20') or order_day in (select recomputed.order_day from recomputed))

DESCRIBE TABLE EXTENDED `silver_order_timeline__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_order_timeline` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_order_timeline` AS JSON;

select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`silver_order_timeline`;

select day from (select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_timeline` where order_key in (select (
        cast(conv(concat(substring(md5(order_id), 31, 2),substring(md5(order_id), 29, 2),substring(md5(order_id), 27, 2),substring(md5(order_id), 25, 2),substring(md5(order_id), 23, 2),substring(md5(order_id), 21, 2),substring(md5(order_id), 19, 2),substring(md5(order_id), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(order_id), 18, 1), 16, 10) as bigint) div 2
    ) from `caspersdev`.`lakeflow`.`landed_lines` where load_number > 1)) as affected where day is not null;

select day from (select distinct cast(event_ts as date) as day from `caspersdev`.`lakeflow`.`landed_lines` where load_number > 1) as affected where day is not null;

select distinct cast(order_day as string) as affected from `silver_order_timeline__dbt_tmp`;

insert into `caspersdev`.`lakeflow`.`silver_order_timeline`
    replace where order_day in (date '2026-11-19', date '2026-11-20')
    select `order_id`, `order_key`, `location_id`, `order_day`, `status`, `created_event_id`, `created_ts`, `creations`, `started_ts`, `finished_ts`, `ready_ts`, `driver_arrived_ts`, `picked_up_ts`, `delivered_ts`, `delivered_day`, `pings`, `queue_minutes`, `prep_minutes`, `pack_minutes`, `pickup_wait_minutes`, `driver_wait_minutes`, `drive_minutes`, `total_minutes`, `eta_minutes`, `customer_lat`, `customer_lon`, `customer_addr`, `first_event_ts`, `last_event_ts`, `delivered_days`, `load_number` from `silver_order_timeline__dbt_tmp`;
