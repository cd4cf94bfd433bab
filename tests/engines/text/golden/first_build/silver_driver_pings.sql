select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'silver_driver_pings' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'silver_driver_pings' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'silver_driver_pings' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'silver_driver_pings' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('silver_driver_pings', 'landed_lines') group by model;

insert into `caspersdev`.`increments`.`changes` select 'silver_driver_pings', 1, affected_model, '*', cast(null as string) from (select '' as affected_model) as affected;

-- (the columns of the query, or of its contract, are asked for)

-- (information_schema.row_filters is asked)

create or replace table `caspersdev`.`lakeflow`.`silver_driver_pings`
    using delta
      CLUSTER BY (ping_day)
      comment 'Silver. One row per GPS fix that a driver\'s phone sent on the way to a customer.'
      as
    select event_id, order_id, location_id, driver_id, ping_ts, ping_day, sequence, progress_pct, lat, lon
    from (
        -- Grain: one row per GPS fix (event_id).
with landed_lines as (
    select * from `caspersdev`.`lakeflow`.`landed_lines`
    where
        event_type = 'driver_ping'
        and rejection_code is null
        and not is_duplicate
        and true
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
select * from final
    ) as model_subq;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_driver_pings` AS JSON;

-- (descriptions become comments (COLUMN of silver_driver_pings))

insert into `caspersdev`.`increments`.`progress` values ('silver_driver_pings', 'landed_lines', 1, 0, '[{"partition": "case when event_type = \'driver_ping\' then cast(event_ts as date) end"}]');
