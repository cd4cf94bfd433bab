-- This test finds orders whose GPS fixes are not counted alike in bronze, in silver and in the timeline.
with bronze_pings as (
    select order_id, count(*) as pings
    from {{ ref('all_events') }}
    where event_type = 'driver_ping'
    group by order_id
),

silver_pings as (
    select order_id, count(*) as pings
    from {{ ref('silver_driver_pings') }}
    group by order_id
),

timeline_pings as (
    select order_id, pings
    from {{ ref('silver_order_timeline') }}
)

select
    timeline_pings.order_id,
    bronze_pings.pings as bronze_pings,
    silver_pings.pings as silver_pings,
    timeline_pings.pings as timeline_pings
from timeline_pings
full outer join bronze_pings on timeline_pings.order_id = bronze_pings.order_id
full outer join silver_pings on timeline_pings.order_id = silver_pings.order_id
where
    {{ all_caught_up() }}
    and (
        coalesce(bronze_pings.pings, 0) <> coalesce(timeline_pings.pings, 0)
        or coalesce(silver_pings.pings, 0) <> coalesce(timeline_pings.pings, 0)
    )
