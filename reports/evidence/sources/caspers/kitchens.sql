-- One row per kitchen.
select
    location_id,
    location_code,
    name as kitchen,
    stations,
    narrative
from read_parquet('published/parquet/lakeflow/dim_location/*.parquet')
order by location_id
