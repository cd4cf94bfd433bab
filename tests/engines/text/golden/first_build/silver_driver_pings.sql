-- (the columns of the query, or of its contract, are asked for)

-- (information_schema.row_filters is asked)

create or replace table `caspersdev`.`lakeflow`.`silver_driver_pings`
    using delta
      CLUSTER BY (ping_day)
      comment 'Silver. One row per GPS fix that a driver\'s phone sent on the way to a customer.'
      as
    select event_id, order_id, location_id, ping_ts, ping_day, sequence, progress_pct, lat, lon, load_number
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
        transform(array(from_json(body, 'progress_pct string, loc_lat string, loc_lon string')), field0 -> named_struct('progress_pct', try_cast(field0.progress_pct as DOUBLE), 'loc_lat', try_cast(field0.loc_lat as DOUBLE), 'loc_lon', try_cast(field0.loc_lon as DOUBLE)))[0] as fix
    from landed_lines
),
final as (
    select
        event_id,
        order_id,
        location_id,
        ping_ts,
        ping_day,
        sequence,
        fix.progress_pct as progress_pct,
        fix.loc_lat as lat,
        fix.loc_lon as lon,
        (select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`landed_lines`) as load_number
    from fixes
)
select * from final
    ) as model_subq;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_driver_pings` AS JSON;

-- (descriptions become comments (COLUMN of silver_driver_pings))
