-- One row per kitchen, category and answer: complaints about orders.
select
    location_id,
    complaint_category as category,
    complaint_decision as decision,
    count(*) as complaints,
    sum(complaint_credit) as credit_usd
from lakeflow.fct_orders
where has_complaint
group by location_id, complaint_category, complaint_decision
order by location_id, category, decision
