-- Grain: one row per brand and kitchen that cooks it (brand_location_id), with the dates of its story.

{{ config(materialized='view') }}

with brand_locations as (
    select * from {{ ref('brand_locations') }}
),

dates as (
    select * from {{ ref('dim_date') }}
),

period as (
    select min(date_day) as first_day
    from dates
),

final as (
    select
        brand_locations.brand_location_id,
        brand_locations.brand_id,
        brand_locations.location_id,
        {{ add_days('period.first_day', 'brand_locations.start_day') }} as launch_date,
        {{ add_days('period.first_day', 'brand_locations.end_day') }} as exit_date,
        brand_locations.trajectory,
        brand_locations.growth_rate_monthly
    from brand_locations
    cross join period
)

select * from final
