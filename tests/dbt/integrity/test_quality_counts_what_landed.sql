-- This test finds totals of the daily quality figures that are not those of the tables they are made from.
with quality as (
    select
        sum(lines) as lines,
        sum(events) as events,
        sum(duplicates) as duplicates,
        sum(rejected) as rejected,
        sum(orders) as orders
    from {{ ref('gold_data_quality_day') }}
),

landed as (
    select
        count(*) as lines,
        count(case when rejection_code is null and not is_duplicate then 1 end) as events,
        count(case when is_duplicate then 1 end) as duplicates,
        count(rejection_code) as rejected
    from {{ ref('landed_lines') }}
),

timeline as (
    select count(*) as orders from {{ ref('silver_order_timeline') }}
)

select quality.*, landed.*, timeline.*
from quality
cross join landed
cross join timeline
where
    {{ all_caught_up() }}
    and (
        coalesce(quality.lines, 0) <> landed.lines
        or coalesce(quality.events, 0) <> landed.events
        or coalesce(quality.duplicates, 0) <> landed.duplicates
        or coalesce(quality.rejected, 0) <> landed.rejected
        or coalesce(quality.orders, 0) <> timeline.orders
    )
