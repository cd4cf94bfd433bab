select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`silver_driver_pings`;

select day from (select distinct case when event_type = 'driver_ping' then cast(event_ts as date) end as day from `caspersdev`.`lakeflow`.`landed_lines` where load_number > 1) as affected where day is not null;

select max(ping_day) from `caspersdev`.`lakeflow`.`silver_driver_pings`;

-- (as in next_window, but: create or replace temporary view `silver_driver_pings__dbt_tmp` as)
@@ -9 +9 @@
-        and event_ts >= timestamp '2026-11-20 00:00:00'
+        and event_ts >= timestamp '2026-11-19 00:00:00'
@@ -11 +11 @@
-        and cast(event_ts as date) in (date '2026-11-20')
+        and cast(event_ts as date) in (date '2026-11-19', date '2026-11-20')

DESCRIBE TABLE EXTENDED `silver_driver_pings__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_driver_pings` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_driver_pings` AS JSON;

select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`silver_driver_pings`;

select day from (select distinct case when event_type = 'driver_ping' then cast(event_ts as date) end as day from `caspersdev`.`lakeflow`.`landed_lines` where load_number > 1) as affected where day is not null;

insert into `caspersdev`.`lakeflow`.`silver_driver_pings`
    replace where ping_day in (date '2026-11-19', date '2026-11-20')
    select `event_id`, `order_id`, `location_id`, `ping_ts`, `ping_day`, `sequence`, `progress_pct`, `lat`, `lon`, `load_number` from `silver_driver_pings__dbt_tmp`;
