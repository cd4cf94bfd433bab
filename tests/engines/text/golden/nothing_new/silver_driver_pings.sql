select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`silver_driver_pings`;

select day from (select distinct case when event_type = 'driver_ping' then cast(event_ts as date) end as day from `caspersdev`.`lakeflow`.`landed_lines` where load_number > 1) as affected where day is not null;

-- (as in next_window, but: create or replace temporary view `silver_driver_pings__dbt_tmp` as)
@@ -9,3 +9 @@
-        and event_ts >= timestamp '2026-11-20 00:00:00'
-        and event_ts < timestamp '2026-11-21 00:00:00'
-        and cast(event_ts as date) in (date '2026-11-20')
+        and false

DESCRIBE TABLE EXTENDED `silver_driver_pings__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_driver_pings` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_driver_pings` AS JSON;

select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`silver_driver_pings`;

select day from (select distinct case when event_type = 'driver_ping' then cast(event_ts as date) end as day from `caspersdev`.`lakeflow`.`landed_lines` where load_number > 1) as affected where day is not null;

select 'nothing is affected' as nothing;
