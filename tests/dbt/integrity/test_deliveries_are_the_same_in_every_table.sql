-- This test finds days whose deliveries the timeline and the daily figures count differently.
{% set days = tested_days({'gold_delivery_times_day': 'day', 'silver_order_timeline': 'delivered_day'}) %}

with timeline as (
    select location_id, delivered_day as day, count(*) as deliveries
    from {{ ref('silver_order_timeline') }}
    where total_minutes is not null and {{ is_tested_day('delivered_day', days) }}
    group by location_id, delivered_day
),

daily as (
    select location_id, day, orders_delivered as deliveries
    from {{ ref('gold_delivery_times_day') }}
    where {{ is_tested_day('day', days) }}
)

select
    coalesce(timeline.location_id, daily.location_id) as location_id,
    coalesce(timeline.day, daily.day) as day,
    timeline.deliveries as timeline_deliveries,
    daily.deliveries as daily_deliveries
from timeline
full outer join daily on timeline.location_id = daily.location_id and timeline.day = daily.day
where timeline.deliveries is distinct from daily.deliveries and {{ all_caught_up() }}
