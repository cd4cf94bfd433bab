select key_name, key_value, cast(null as string) as fingerprint from `caspersdev`.`increments`.`pending` where model = 'silver_driver_pings' union all select 'seen', upstream, fingerprint from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'silver_driver_pings';

select max(ping_day) from `caspersdev`.`lakeflow`.`silver_driver_pings`;

-- (as in next_window, but: create or replace temporary view `silver_driver_pings__dbt_tmp` as)
@@ -9 +9 @@
-        and event_ts >= timestamp '2026-11-20 00:00:00' and event_ts < timestamp '2026-11-21 00:00:00' and cast(event_ts as date) in (date '2026-11-20')
+        and event_ts >= timestamp '2026-11-19 00:00:00' and event_ts < timestamp '2026-11-21 00:00:00' and cast(event_ts as date) in (date '2026-11-19', date '2026-11-20')

DESCRIBE TABLE EXTENDED `silver_driver_pings__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_driver_pings` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_driver_pings` AS JSON;

select model, fingerprint from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'silver_driver_pings' order by model;

insert into `caspersdev`.`lakeflow`.`silver_driver_pings` replace where ping_day in (date '2026-11-19', date '2026-11-20') select `event_id`, `order_id`, `location_id`, `ping_ts`, `ping_day`, `sequence`, `progress_pct`, `lat`, `lon` from `silver_driver_pings__dbt_tmp`;

select upstreams.upstream, coalesce(progress.step, 0) + 1 as step, coalesce(latest.change_number, 0) as change_number, upstreams.fingerprint from (select 'landed_lines' as upstream, '[{"partition": "case when event_type = \'driver_ping\' then cast(event_ts as date) end"}]' as fingerprint) as upstreams left join (select model, max(change_number) as change_number from `caspersdev`.`increments`.`changes` group by model) as latest on upstreams.upstream = latest.model left join (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress on progress.model = 'silver_driver_pings' and upstreams.upstream = progress.upstream where progress.upstream is null or progress.change_number < coalesce(latest.change_number, 0) or progress.fingerprint <> upstreams.fingerprint order by upstreams.upstream;

insert into `caspersdev`.`increments`.`progress` values ('silver_driver_pings', 'landed_lines', 2, 4, '[{"partition": "case when event_type = \'driver_ping\' then cast(event_ts as date) end"}]');
