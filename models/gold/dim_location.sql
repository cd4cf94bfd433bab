-- Grain: one row per kitchen.

{{ config(materialized='view') }}

with locations as (
    select * from {{ ref('locations') }}
),

final as (
    select
        location_id,
        location_code,
        name,
        address,
        lat,
        lon,
        radius_mi,
        stations,
        base_orders_day,
        growth_rate_daily,
        narrative
    from locations
)

select * from final
