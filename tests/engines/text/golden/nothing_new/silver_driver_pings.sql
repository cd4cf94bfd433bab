select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'silver_driver_pings' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'silver_driver_pings' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'silver_driver_pings' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'silver_driver_pings' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('silver_driver_pings', 'landed_lines') group by model union all select 'newest', null, cast(max(ping_day) as string), null, null from `caspersdev`.`lakeflow`.`silver_driver_pings`;

-- (as in next_window, but: create or replace temporary view `silver_driver_pings__dbt_tmp` as)
@@ -9 +9 @@
-        and event_ts >= timestamp '2026-11-20 00:00:00' and event_ts < timestamp '2026-11-21 00:00:00' and cast(event_ts as date) in (date '2026-11-20')
+        and false

DESCRIBE TABLE EXTENDED `silver_driver_pings__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_driver_pings` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_driver_pings` AS JSON;

select cast(sum(counted) as bigint) from (select count(*) as counted from `silver_driver_pings__dbt_tmp` union all select -count(*) from `silver_driver_pings__dbt_tmp` where false) as counts;

select 'nothing has changed' as nothing;
