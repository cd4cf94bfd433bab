-- One row per kitchen, {coarse} and group of cuisines: dishes sold.
with items as (
    select * from lakeflow.silver_order_items
),

brands as (
    select * from lakeflow.dim_brand
)

select
    items.location_id,
    cast(date_trunc('{coarse}', items.order_day) as date) as begins,
    brands.cuisine_group,
    sum(items.qty) as dishes,
    sum(items.extended_price) as revenue
from items
inner join brands on items.brand_id = brands.brand_id
where items.order_day between date '{first_day}' and date '{last_day}'
group by items.location_id, cast(date_trunc('{coarse}', items.order_day) as date), brands.cuisine_group
order by items.location_id, begins, brands.cuisine_group
