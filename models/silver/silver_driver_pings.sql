-- Grain: one row per GPS fix (event_id).

{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    meta={
        'partition_column': 'ping_day',
        'affected_by': [{
            'model': 'landed_lines',
            'day': "case when event_type = 'driver_ping' then cast(event_ts as date) end"
        }]
    }
) }}

{% set days = affected_days() %}
{{ log_window(days) }}

with landed_lines as (
    select * from {{ ref('landed_lines') }}
    where
        event_type = 'driver_ping'
        and rejection_code is null
        and not is_duplicate
        and {{ ts_in_days('event_ts', days) }}
),

fixes as (
    select
        event_id,
        order_id,
        location_id,
        event_ts as ping_ts,
        cast(event_ts as date) as ping_day,
        sequence,
        {{ json_fields('body', {'progress_pct': 'DOUBLE', 'loc_lat': 'DOUBLE', 'loc_lon': 'DOUBLE'}) }} as fix
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
        {{ load_number(ref('landed_lines')) }} as load_number
    from fixes
)

select * from final
