-- One row per kitchen, hour of the day and cause; a cause of 'on time' counts the others that were judged.
select
    dim_location.name as kitchen,
    fct_orders.order_hour as hour,
    case when fct_orders.is_late then coalesce(fct_orders.late_cause, 'unknown') else 'on time' end as cause,
    count(*) as orders
from read_parquet('published/parquet/lakeflow/fct_orders/*.parquet') as fct_orders
inner join read_parquet('published/parquet/lakeflow/dim_location/*.parquet') as dim_location
    on fct_orders.location_id = dim_location.location_id
where fct_orders.is_late is not null and fct_orders.order_hour is not null
group by all
order by kitchen, hour, cause
