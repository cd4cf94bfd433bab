-- One row per {coarse}: lines that landed, and what became of them; complete days of it beside all days.
select
    cast(date_trunc('{coarse}', day) as date) as begins,
    sum(lines) as lines,
    sum(case when day between date '{first_day}' and date '{last_day}' then lines else 0 end) as complete_lines,
    sum(events) as events,
    sum(duplicates) as duplicates,
    sum(rejected_unreadable) as unreadable,
    sum(rejected_incomplete) as incomplete,
    sum(rejected_wrong_type) as wrong_type,
    sum(rejected_unknown) as unknown,
    sum(rejected_impossible) as impossible,
    sum(late_events) as late_events,
    sum(orders) as orders,
    sum(orders_missing_steps) as orders_missing_steps
from lakeflow.gold_data_quality_day
group by cast(date_trunc('{coarse}', day) as date)
order by begins
