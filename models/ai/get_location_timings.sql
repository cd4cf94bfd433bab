-- Grain: the kitchen `loc`, on the newest day on which it delivered: the percentiles of the days before.

{{ config(materialized='table_function', parameters=['loc'], meta={'parameter_types': ['integer']}) }}

with percentiles as (
    select * from {{ ref('delivery_percentiles_trailing') }}
),

locations as (
    select * from {{ ref('locations') }}
),

newest_first as (
    select
        location_id,
        day,
        deliveries,
        p50_minutes,
        p75_minutes,
        p99_minutes,
        row_number() over (order by day desc) as place
    from percentiles
    where location_id = loc
),

final as (
    select
        newest_first.location_id,
        locations.name as location_name,
        newest_first.day,
        newest_first.deliveries,
        newest_first.p50_minutes,
        newest_first.p75_minutes,
        newest_first.p99_minutes
    from newest_first
    left join locations on newest_first.location_id = locations.location_id
    where newest_first.place = 1
)

select * from final
