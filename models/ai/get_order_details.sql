-- Grain: one row per event of the order `oid`, with the name of the kitchen that cooks it.

{{ config(materialized='table_function', parameters=['oid'], meta={'parameter_types': ['string']}) }}

with all_events as (
    select * from {{ ref('all_events') }}
),

locations as (
    select * from {{ ref('locations') }}
),

final as (
    select
        all_events.order_id,
        all_events.sequence,
        all_events.event_type,
        all_events.event_ts,
        all_events.location_id,
        locations.name as location_name,
        all_events.body,
        all_events.event_id
    from all_events
    left join locations on all_events.location_id = locations.location_id
    where all_events.order_id = oid
)

select * from final
