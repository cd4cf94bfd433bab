-- How do the four kitchens grow, and do they stay fast, week by week?
--
-- What the default dataset shows after its first window: San Francisco grows by a third in ten weeks and stays as
-- fast as it was, since it cooks at six stations at once instead of four; Silicon Valley more than doubles; Bellevue
-- is flat (about 240 orders a day); Chicago loses a sixth of its orders and still gets slower: its median goes from
-- 34 to 38 minutes, while it cooks at seven stations at once instead of nine. Chicago does not lack orders to work on
-- but hands: it closes stations faster than it loses customers. Weather and holidays move single weeks by a tenth and
-- more, and P99 by half: it is a matter of the two or three worst evenings of a week (the_worst_evening).
--
-- How to read it: whole weeks of seven days, counted back from the last complete day; week_until is the last day of
-- each. of_first_week compares orders_a_day with the first week shown. stations_at_once is the most orders that
-- were ever being cooked at the same moment in that week, stations what the kitchen has room for.

{% set last_weeks = 10 %}

with order_timeline as (
    select * from {{ ref('silver_order_timeline') }}
),

order_headers as (
    select * from {{ ref('gold_order_header') }}
),

locations as (
    select * from {{ ref('locations') }}
),

-- Whole weeks, counted back from the last complete day.
period as (
    select
        {{ add_days('max(order_day)', -1) }} as last_day,
        min(order_day) as first_day
    from order_timeline
),

orders as (
    select
        order_timeline.location_id,
        cast(floor({{ datediff('order_timeline.order_day', 'period.last_day', 'day') }} / 7) as integer)
            as weeks_ago,
        order_timeline.started_ts,
        order_timeline.finished_ts,
        order_timeline.queue_minutes,
        order_timeline.total_minutes,
        order_headers.order_revenue
    from order_timeline
    left join order_headers on order_timeline.order_id = order_headers.order_id
    cross join period
    where order_timeline.order_day <= period.last_day
),

whole_weeks as (
    select orders.*
    from orders
    cross join period
    where
        orders.weeks_ago < {{ last_weeks }}
        and 7 * (orders.weeks_ago + 1) <= {{ datediff('period.first_day', 'period.last_day', 'day') }} + 1
),

-- Each start of cooking takes a station, each end frees one.
station_changes as (
    select location_id, weeks_ago, started_ts as ts, 1 as change
    from whole_weeks
    where started_ts is not null and finished_ts is not null

    union all

    select location_id, weeks_ago, finished_ts as ts, -1 as change
    from whole_weeks
    where started_ts is not null and finished_ts is not null
),

stations_taken as (
    select
        location_id,
        weeks_ago,
        sum(change) over (
            partition by location_id
            order by ts, change
            rows between unbounded preceding and current row
        ) as taken
    from station_changes
),

busiest_moments as (
    select
        location_id,
        weeks_ago,
        max(taken) as stations_at_once
    from stations_taken
    group by location_id, weeks_ago
),

weeks as (
    select
        location_id,
        weeks_ago,
        count(*) / 7.0 as orders_a_day,
        sum(cast(order_revenue as double)) / 7 as revenue_a_day,
        avg(queue_minutes) as queue_minutes,
        percentile_cont(0.5) within group (order by total_minutes) as p50_minutes,
        percentile_cont(0.99) within group (order by total_minutes) as p99_minutes
    from whole_weeks
    group by location_id, weeks_ago
),

final as (
    select
        locations.name as kitchen,
        {{ add_days('period.last_day', '(-7 * weeks.weeks_ago)') }} as week_until,
        round(weeks.orders_a_day, 1) as orders_a_day,
        round(
            weeks.orders_a_day
            / first_value(weeks.orders_a_day) over (partition by weeks.location_id order by weeks.weeks_ago desc),
            2
        ) as of_first_week,
        round(weeks.p99_minutes, 1) as p99_minutes,
        cast(busiest_moments.stations_at_once as integer) as stations_at_once,
        round(weeks.p50_minutes, 1) as p50_minutes,
        round(weeks.queue_minutes, 1) as queue_minutes,
        round(weeks.revenue_a_day) as revenue_a_day,
        locations.stations
    from weeks
    inner join locations on weeks.location_id = locations.location_id
    left join busiest_moments
        on weeks.location_id = busiest_moments.location_id
        and weeks.weeks_ago = busiest_moments.weeks_ago
    cross join period
)

select * from final
order by kitchen, week_until
