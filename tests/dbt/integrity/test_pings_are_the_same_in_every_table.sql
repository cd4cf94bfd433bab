-- This test finds orders whose GPS fixes are not counted alike in bronze, in silver and in the timeline.
{% set days = tested_days({'silver_driver_pings': 'ping_day', 'all_events': 'cast(event_ts as date)'}) %}

with bronze_pings as (
    select order_id, cast(event_ts as date) as day, count(*) as pings
    from {{ ref('all_events') }}
    where event_type = 'driver_ping' and {{ is_on_tested_day('event_ts', days) }}
    group by order_id, cast(event_ts as date)
),

silver_pings as (
    select order_id, ping_day as day, count(*) as pings
    from {{ ref('silver_driver_pings') }}
    where {{ is_tested_day('ping_day', days) }}
    group by order_id, ping_day
),

bronze_orders as (
    select order_id, count(*) as pings
    from {{ ref('all_events') }}
    where event_type = 'driver_ping' and {{ is_event_of_tested_order('order_id', 'event_ts') }}
    group by order_id
),

timeline_orders as (
    select order_id, pings
    from {{ ref('silver_order_timeline') }}
    where {{ is_tested_order('order_id') }}
)

select
    coalesce(bronze_pings.order_id, silver_pings.order_id) as order_id,
    'bronze and silver' as between_tables,
    bronze_pings.pings as pings,
    silver_pings.pings as other_pings
from bronze_pings
full outer join silver_pings on bronze_pings.order_id = silver_pings.order_id and bronze_pings.day = silver_pings.day
where bronze_pings.pings is distinct from silver_pings.pings and {{ all_caught_up() }}

union all

select
    coalesce(bronze_orders.order_id, timeline_orders.order_id) as order_id,
    'bronze and timeline' as between_tables,
    bronze_orders.pings as pings,
    timeline_orders.pings as other_pings
from bronze_orders
full outer join timeline_orders on bronze_orders.order_id = timeline_orders.order_id
where coalesce(bronze_orders.pings, 0) is distinct from coalesce(timeline_orders.pings, 0) and {{ all_caught_up() }}
