-- One row per kitchen: orders late, by what made them late, and where the minutes of all of them went.
select
    location_id,
    sum(case when is_late is not null then 1 else 0 end) as judged,
    sum(case when late_cause = 'kitchen' then 1 else 0 end) as late_kitchen,
    sum(case when late_cause = 'pickup' then 1 else 0 end) as late_pickup,
    sum(case when late_cause = 'drive' then 1 else 0 end) as late_drive,
    avg(kitchen_minutes) as kitchen_minutes,
    avg(pickup_wait_minutes) as pickup_minutes,
    avg(drive_minutes) as drive_minutes
from lakeflow.fct_orders
group by location_id
order by location_id
