-- One row per kitchen and {finest} of complete days.
select
    location_id,
    cast(date_trunc('{finest}', order_day) as date) as begins,
    count(*) as orders
from lakeflow.fct_orders
where order_day between date '{first_day}' and date '{last_day}'
group by location_id, cast(date_trunc('{finest}', order_day) as date)
order by location_id, begins
