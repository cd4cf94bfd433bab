-- One row per kitchen and day of orders.
select
    dim_location.name as kitchen,
    fct_orders.order_day as day,
    dim_date.week_start as week,
    dim_date.day_number,
    dim_date.weekday_name as weekday,
    count(*) as orders,
    count(*) filter (where fct_orders.status = 'delivered') as delivered,
    count(*) filter (where fct_orders.status = 'cancelled') as cancelled,
    coalesce(sum(fct_orders.order_revenue), 0)::double as revenue,
    coalesce(sum(fct_orders.net_revenue), 0)::double as net_revenue,
    count(fct_orders.is_late) as judged,
    count(*) filter (where fct_orders.is_late) as late,
    count(*) filter (where fct_orders.is_past_promise) as past_promise,
    coalesce(sum(fct_orders.total_minutes), 0) as minutes,
    count(*) filter (where fct_orders.is_repeat) as repeat_orders,
    coalesce(sum(fct_orders.refund_recommended_usd), 0)::double as refunds_recommended,
    coalesce(sum(fct_orders.refund_decided_usd), 0)::double as refunds_decided,
    count(*) filter (where fct_orders.refund_recommended_usd > 0) as orders_recommended,
    count(fct_orders.refund_decided_usd) as orders_decided,
    count(*) filter (where fct_orders.has_complaint) as complaints,
    coalesce(sum(fct_orders.complaint_credit), 0)::double as complaint_credits
from read_parquet('published/parquet/lakeflow/fct_orders/*.parquet') as fct_orders
inner join read_parquet('published/parquet/lakeflow/dim_location/*.parquet') as dim_location
    on fct_orders.location_id = dim_location.location_id
inner join read_parquet('published/parquet/lakeflow/dim_date/*.parquet') as dim_date
    on fct_orders.order_day = dim_date.date_day
group by all
order by day, kitchen
