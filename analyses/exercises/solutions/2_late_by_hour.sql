-- Grain: one row per kitchen, hour of the day and cause of being late.

with orders as (
    select * from lakeflow.fct_orders
    where status = 'delivered' and is_late is not null
),

kitchens as (
    select * from lakeflow.dim_location
),

hours as (
    select
        location_id,
        order_hour,
        count(*) as orders
    from orders
    group by location_id, order_hour
),

late as (
    select
        location_id,
        order_hour,
        late_cause,
        count(*) as late_orders
    from orders
    where is_late
    group by location_id, order_hour, late_cause
),

final as (
    select
        kitchens.name as kitchen,
        late.order_hour,
        late.late_cause,
        late.late_orders,
        100.0 * late.late_orders / hours.orders as late_pct
    from late
    inner join hours on late.location_id = hours.location_id and late.order_hour = hours.order_hour
    inner join kitchens on late.location_id = kitchens.location_id
)

select * from final
