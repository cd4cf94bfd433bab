-- This test finds days whose quality figures are not those of the tables that they are made from.
{% set line_day = "coalesce(cast(event_ts as date), cast(arrived_ts as date), date '1970-01-01')" %}
{% set days = tested_days({
    'gold_data_quality_day': 'day', 'landed_lines': line_day, 'silver_order_timeline': 'order_day'
}) %}

with quality as (
    select
        day,
        sum(lines) as lines,
        sum(events) as events,
        sum(duplicates) as duplicates,
        sum(rejected) as rejected,
        sum(orders) as orders
    from {{ ref('gold_data_quality_day') }}
    where {{ is_tested_day('day', days) }}
    group by day
),

-- Dated and undated lines are fetched apart, so that engines can skip what lies outside the days.
lines as (
    select {{ line_day }} as day, rejection_code, is_duplicate
    from {{ ref('landed_lines') }}
    where event_ts is not null and {{ is_on_tested_day('event_ts', days) }}

    union all

    select {{ line_day }} as day, rejection_code, is_duplicate
    from {{ ref('landed_lines') }}
    where event_ts is null and {{ is_tested_day(line_day, days) }}
),

landed as (
    select
        day,
        count(*) as lines,
        count(case when rejection_code is null and not is_duplicate then 1 end) as events,
        count(case when is_duplicate then 1 end) as duplicates,
        count(rejection_code) as rejected
    from lines
    group by day
),

timeline as (
    select order_day as day, count(*) as orders
    from {{ ref('silver_order_timeline') }}
    where {{ is_tested_day('order_day', days) }}
    group by order_day
)

select
    coalesce(quality.day, landed.day, timeline.day) as day,
    quality.lines as quality_lines,
    landed.lines as landed_lines,
    quality.events as quality_events,
    landed.events as landed_events,
    quality.duplicates as quality_duplicates,
    landed.duplicates as landed_duplicates,
    quality.rejected as quality_rejected,
    landed.rejected as landed_rejected,
    quality.orders as quality_orders,
    timeline.orders as timeline_orders
from quality
full outer join landed on quality.day = landed.day
full outer join timeline on coalesce(quality.day, landed.day) = timeline.day
where
    {{ all_caught_up() }}
    and (
        coalesce(quality.lines, 0) <> coalesce(landed.lines, 0)
        or coalesce(quality.events, 0) <> coalesce(landed.events, 0)
        or coalesce(quality.duplicates, 0) <> coalesce(landed.duplicates, 0)
        or coalesce(quality.rejected, 0) <> coalesce(landed.rejected, 0)
        or coalesce(quality.orders, 0) <> coalesce(timeline.orders, 0)
    )
