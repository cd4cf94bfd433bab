-- Grain: one row per GPS fix (event_id).

{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    meta={'increment': {
        'partition_column': 'ping_day',
        'affected_by': [{
            'model': 'landed_lines',
            'partition': "case when event_type = 'driver_ping' then cast(event_ts as date) end"
        }]
    }}
) }}

with landed_lines as (
    select * from {{ ref('landed_lines') }}
    where
        event_type = 'driver_ping'
        and rejection_code is null
        and not is_duplicate
        and {{ is_affected_timestamp('event_ts') }}
),

fixes as (
    select
        event_id,
        order_id,
        location_id,
        event_ts as ping_ts,
        cast(event_ts as date) as ping_day,
        sequence,
        {{ json_fields('body', {
            'progress_pct': 'DOUBLE', 'loc_lat': 'DOUBLE', 'loc_lon': 'DOUBLE', 'driver_id': 'VARCHAR'
        }) }} as fix
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
