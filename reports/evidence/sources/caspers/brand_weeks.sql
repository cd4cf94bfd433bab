-- One row per kitchen, brand and week.
select
    dim_location.name as kitchen,
    dim_brand.name as brand,
    dim_brand.cuisine,
    dim_brand.cuisine_group,
    dim_date.week_start as week,
    count(distinct silver_order_items.order_id) as orders,
    sum(silver_order_items.qty)::bigint as items,
    sum(silver_order_items.extended_price)::double as revenue
from read_parquet('published/parquet/lakeflow/silver_order_items/*.parquet') as silver_order_items
inner join read_parquet('published/parquet/lakeflow/dim_location/*.parquet') as dim_location
    on silver_order_items.location_id = dim_location.location_id
inner join read_parquet('published/parquet/lakeflow/dim_brand/*.parquet') as dim_brand
    on silver_order_items.brand_id = dim_brand.brand_id
inner join read_parquet('published/parquet/lakeflow/dim_date/*.parquet') as dim_date
    on silver_order_items.order_day = dim_date.date_day
group by all
order by week, kitchen, brand
