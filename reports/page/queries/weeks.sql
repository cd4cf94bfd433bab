-- One row per kitchen and {coarse} of complete days: orders, minutes, lateness, refunds and complaints.
select
    location_id,
    cast(date_trunc('{coarse}', order_day) as date) as begins,
    count(*) as orders,
    sum(case when status = 'delivered' then 1 else 0 end) as delivered,
    sum(case when order_hour in ({night_hours}) then 1 else 0 end) as orders_at_night,
    percentile_cont(0.5) within group (order by total_minutes) as p50_minutes,
    percentile_cont(0.75) within group (order by total_minutes) as p75_minutes,
    sum(case when is_late is not null then 1 else 0 end) as judged,
    sum(case when is_late then 1 else 0 end) as late,
    sum(order_revenue) as revenue,
    sum(case when refund_recommended_class in ('partial', 'full') then 1 else 0 end) as refunds_recommended,
    sum(refund_recommended_usd) as recommended_usd,
    sum(case when refund_decided_class is not null then 1 else 0 end) as decisions,
    sum(refund_decided_usd) as decided_usd,
    sum(case when has_complaint then 1 else 0 end) as complaints
from lakeflow.fct_orders
where order_day between date '{first_day}' and date '{last_day}'
group by location_id, cast(date_trunc('{coarse}', order_day) as date)
order by location_id, begins
