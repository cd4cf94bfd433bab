-- Grain: one row per kitchen.

with timeline as (
    select * from lakeflow.silver_order_timeline
),

headers as (
    select * from lakeflow.gold_order_header
),

locations as (
    select * from simulator.locations
),

final as (
    select
        locations.name as kitchen,
        count(*) as orders,
        sum(headers.order_revenue) as revenue,
        sum(headers.order_revenue) / count(*) as average_basket
    from headers
    inner join timeline on headers.order_id = timeline.order_id
    inner join locations on headers.location_id = locations.location_id
    where timeline.status = 'delivered'
    group by locations.name
)

select * from final
