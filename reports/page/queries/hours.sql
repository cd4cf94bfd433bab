-- One row per kitchen and hour of the day, over the latest {recent_days} complete days.
select
    location_id,
    order_hour,
    count(*) as orders,
    sum(case when is_late is not null then 1 else 0 end) as judged,
    sum(case when late_cause = 'kitchen' then 1 else 0 end) as late_kitchen,
    sum(case when late_cause = 'pickup' then 1 else 0 end) as late_pickup,
    sum(case when late_cause = 'drive' then 1 else 0 end) as late_drive
from lakeflow.fct_orders
where order_day between date '{recent_day}' and date '{last_day}' and order_hour is not null
group by location_id, order_hour
order by location_id, order_hour
