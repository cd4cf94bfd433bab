-- One row per kitchen.
select
    location_id,
    location_code,
    name
from lakeflow.dim_location
order by location_id
