-- Grain: one row per kitchen and calendar day (location_id, date_day) of which the weather is known.

{{ config(materialized='view') }}

with dates as (
    select * from {{ ref('dim_date') }}
),

weather as (
    select * from {{ ref('weather') }}
),

final as (
    select
        weather.location_id,
        dates.date_day,
        weather.high_c,
        weather.low_c,
        weather.precipitation_mm,
        weather.starts_hour is not null as is_wet,
        weather.starts_hour,
        weather.ends_hour,
        coalesce(weather.ends_hour - weather.starts_hour, 0) as wet_hours
    from dates
    inner join weather on dates.day_of_story = weather.day_number
)

select * from final
