select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'silver_driver_pings' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'silver_driver_pings' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'silver_driver_pings' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'silver_driver_pings' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('silver_driver_pings', 'landed_lines') group by model union all select 'newest', null, cast(max(ping_day) as string), null, null from `caspersdev`.`lakeflow`.`silver_driver_pings`;

create or replace temporary view `silver_driver_pings__dbt_tmp` as
      -- Grain: one row per GPS fix (event_id).
with landed_lines as (
    select * from `caspersdev`.`lakeflow`.`landed_lines`
    where
        event_type = 'driver_ping'
        and rejection_code is null
        and not is_duplicate
        and event_ts >= timestamp '2026-11-20 00:00:00' and event_ts < timestamp '2026-11-21 00:00:00' and cast(event_ts as date) in (date '2026-11-20')
),
fixes as (
    select
        event_id,
        order_id,
        location_id,
        event_ts as ping_ts,
        cast(event_ts as date) as ping_day,
        sequence,
        transform(array(from_json(body, 'progress_pct string, loc_lat string, loc_lon string, driver_id string')), field0 -> named_struct('progress_pct', case when abs(try_cast(field0.progress_pct as double)) <= 1e308 then try_cast(field0.progress_pct as double) end, 'loc_lat', case when abs(try_cast(field0.loc_lat as double)) <= 1e308 then try_cast(field0.loc_lat as double) end, 'loc_lon', case when abs(try_cast(field0.loc_lon as double)) <= 1e308 then try_cast(field0.loc_lon as double) end, 'driver_id', field0.driver_id))[0] as fix
    from landed_lines
),
final as (
    select
        event_id,
        order_id,
        location_id,
        nullif(fix.driver_id, '') as driver_id,
        ping_ts,
        ping_day,
        sequence,
        fix.progress_pct as progress_pct,
        fix.loc_lat as lat,
        fix.loc_lon as lon
    from fixes
)
select * from final;

DESCRIBE TABLE EXTENDED `silver_driver_pings__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_driver_pings` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_driver_pings` AS JSON;

insert into `caspersdev`.`lakeflow`.`silver_driver_pings` replace where ping_day in (date '2026-11-20') select `event_id`, `order_id`, `location_id`, `driver_id`, `ping_ts`, `ping_day`, `sequence`, `progress_pct`, `lat`, `lon` from `silver_driver_pings__dbt_tmp`;

insert into `caspersdev`.`increments`.`progress` values ('silver_driver_pings', 'landed_lines', 2, 2, '[{"partition": "case when event_type = \'driver_ping\' then cast(event_ts as date) end"}]');
