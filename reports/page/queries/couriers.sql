-- One row per kitchen and {coarse} of complete days: how couriers spent their shifts.
select
    location_id,
    cast(date_trunc('{coarse}', shift_day) as date) as begins,
    count(*) as shifts,
    sum(orders_delivered) as delivered,
    sum(worked_minutes) as worked_minutes,
    sum(driving_minutes) as driving_minutes,
    sum(waiting_minutes) as waiting_minutes,
    sum(idle_minutes) as idle_minutes
from lakeflow.silver_courier_shifts
where shift_day between date '{first_day}' and date '{last_day}'
group by location_id, cast(date_trunc('{coarse}', shift_day) as date)
order by location_id, begins
