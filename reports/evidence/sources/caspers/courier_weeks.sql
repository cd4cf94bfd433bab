-- One row per kitchen and week of working days.
select
    dim_location.name as kitchen,
    date_trunc('week', shifts.shift_day)::date as week,
    count(*) as shifts,
    count(distinct shifts.driver_id) as couriers,
    sum(shifts.orders_delivered)::bigint as delivered,
    sum(shifts.worked_minutes) / 60 as hours_worked,
    sum(shifts.driving_minutes) / 60 as hours_driving,
    sum(shifts.waiting_minutes) / 60 as hours_waiting,
    sum(shifts.idle_minutes) / 60 as hours_idle
from read_parquet('published/parquet/lakeflow/silver_courier_shifts/*.parquet') as shifts
inner join read_parquet('published/parquet/lakeflow/dim_location/*.parquet') as dim_location
    on shifts.location_id = dim_location.location_id
group by all
order by week, kitchen
