-- One row per brand that a kitchen has begun or ceased to cook within the period.
with places as (
    select * from lakeflow.dim_brand_location
),

brands as (
    select * from lakeflow.dim_brand
),

launches as (
    select
        location_id,
        brand_id,
        launch_date as event_day,
        'launch' as event
    from places
    where launch_date > date '{first_day}' and launch_date <= date '{last_day}'
),

exits as (
    select
        location_id,
        brand_id,
        exit_date as event_day,
        'exit' as event
    from places
    where exit_date > date '{first_day}' and exit_date <= date '{last_day}'
),

events as (
    select * from launches
    union all
    select * from exits
),

final as (
    select
        events.location_id,
        events.event_day,
        events.event,
        brands.name as brand
    from events
    inner join brands on events.brand_id = brands.brand_id
)

select * from final
order by event_day, location_id, brand
