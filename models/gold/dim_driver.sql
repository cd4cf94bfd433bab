-- Grain: one row per courier who has worked.

{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    meta={'increment': {
        'key_column': 'driver_key',
        'affected_by': [{'model': 'silver_courier_shifts', 'partition': hash64('driver_id')}]
    }}
) }}

-- Times are added up in whole milliseconds: a sum of fractions would depend on the order of rows.
with shifts as (
    select
        *,
        cast(round(worked_minutes * 60000) as bigint) as worked,
        cast(round(driving_minutes * 60000) as bigint) as driving,
        cast(round(waiting_minutes * 60000) as bigint) as waiting
    from {{ ref('silver_courier_shifts') }}
    where {{ is_affected(hash64('driver_id')) }}
),

final as (
    select
        {{ hash64('driver_id') }} as driver_key,
        driver_id,
        min(location_id) as location_id,
        min(shift_day) as first_shift_day,
        max(shift_day) as latest_shift_day,
        count(*) as shifts,
        cast(sum(orders_delivered) as bigint) as orders_delivered,
        cast(sum(worked) as double) / 60000.0 as worked_minutes,
        cast(sum(driving) as double) / 60000.0 as driving_minutes,
        cast(sum(waiting) as double) / 60000.0 as waiting_minutes,
        cast(sum(worked) - sum(driving) - sum(waiting) as double) / 60000.0 as idle_minutes
    from shifts
    group by driver_id
)

select * from final
