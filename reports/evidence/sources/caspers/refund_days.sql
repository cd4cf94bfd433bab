-- One row per kitchen and day of delivery.
select
    dim_location.name as kitchen,
    agreement.day,
    agreement.recommended,
    agreement.recommended_usd::double as recommended_usd,
    agreement.decided,
    agreement.decided_usd::double as decided_usd,
    agreement.agreed,
    agreement.overridden_up,
    agreement.overridden_down
from read_parquet('published/parquet/lakeflow/gold_refund_agreement_day/*.parquet') as agreement
inner join read_parquet('published/parquet/lakeflow/dim_location/*.parquet') as dim_location
    on agreement.location_id = dim_location.location_id
order by agreement.day, kitchen
