-- One row per kitchen and pair of classes: what was recommended, and what people decided ('open' where nobody has).
select
    location_id,
    refund_recommended_class as recommended,
    coalesce(refund_decided_class, 'open') as decided,
    count(*) as orders,
    sum(refund_recommended_usd) as recommended_usd,
    sum(refund_decided_usd) as decided_usd
from lakeflow.fct_orders
where refund_recommended_class is not null
group by location_id, refund_recommended_class, coalesce(refund_decided_class, 'open')
order by location_id, recommended, decided
