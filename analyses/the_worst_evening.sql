-- What does each kitchen's worst evening of the week look like, half hour by half hour?
--
-- What the default dataset shows after its first window: the rush begins at 17:30, the queue is longest one to two
-- hours later and has gone by 21:00. On its worst evening Bellevue's queue is three times as long as on the others
-- (up to 18 minutes against 6) and the rush costs more than twice as much in refunds. Chicago's usual dinner is bad
-- already (15 to 25 minutes). In Silicon Valley the bad hours are 22:30 to half past midnight. With four evenings a
-- weekday it takes one bad one to make the worst weekday, and it is one: Bellevue's is an evening on which it rained
-- 22 millimetres and half as many orders more came. So look at the weather before the weekday (what_rain_costs); only
-- Chicago needs one more station from 17:30 to 20:30 whatever the evening.
--
-- The replay puts the dataset's day 70, a Monday, on the day of its first run, and with that all weekdays move: after
-- a first run on a Friday the dataset's Friday is called Tuesday. Silicon Valley has no weekly rhythm, its weekday
-- here is random.
--
-- How to read it: the half hours around the longest queue of the kitchen's worst weekday (17:00 to 02:00, the hours
-- after midnight belong to the evening before), a mean over the last 28 days, so only four evenings a weekday; the
-- usual_ columns are the mean of the other weekdays. queue is minutes until cooking begins, minutes is order to
-- door, refunds_usd what the orders of that half hour are refunded. Empty: no such order.

{% set last_days = 28 %}

with order_timeline as (
    select * from {{ ref('silver_order_timeline') }}
),

refunds as (
    select * from {{ ref('refund_recommendations') }}
),

locations as (
    select * from {{ ref('locations') }}
),

latest as (
    select max(order_day) as day from order_timeline
),

-- The hours after midnight belong to the evening before: 00:30 is the 49th half hour of its day.
evening_orders as (
    select
        order_timeline.order_id,
        order_timeline.location_id,
        case
            when extract(hour from order_timeline.created_ts) < 4
                then {{ add_days('order_timeline.order_day', -1) }}
            else order_timeline.order_day
        end as evening,
        case when extract(hour from order_timeline.created_ts) < 4 then 48 else 0 end
        + 2 * extract(hour from order_timeline.created_ts)
        + case when extract(minute from order_timeline.created_ts) < 30 then 0 else 1 end as half_hour,
        order_timeline.queue_minutes,
        order_timeline.total_minutes
    from order_timeline
    cross join latest
    where
        order_timeline.order_day < latest.day
        and order_timeline.order_day >= {{ add_days('latest.day', -last_days) }}
        and order_timeline.queue_minutes is not null
        and (
            extract(hour from order_timeline.created_ts) >= 17
            or extract(hour from order_timeline.created_ts) < 2
        )
),

weekday_orders as (
    select
        evening_orders.location_id,
        evening_orders.evening,
        {{ datediff("date_trunc('week', evening_orders.evening)", 'evening_orders.evening', 'day') }}
            as days_after_monday,
        evening_orders.half_hour,
        evening_orders.queue_minutes,
        evening_orders.total_minutes,
        refunds.refund_usd
    from evening_orders
    left join refunds on evening_orders.order_id = refunds.order_id
    cross join latest
    where evening_orders.evening >= {{ add_days('latest.day', -last_days) }}
),

weekdays as (
    select
        location_id,
        days_after_monday,
        row_number() over (
            partition by location_id order by avg(queue_minutes) desc, days_after_monday
        ) as badness
    from weekday_orders
    group by location_id, days_after_monday
),

compared_orders as (
    select
        weekday_orders.*,
        case when weekdays.badness = 1 then 1 else 0 end as on_worst
    from weekday_orders
    inner join weekdays
        on weekday_orders.location_id = weekdays.location_id
        and weekday_orders.days_after_monday = weekdays.days_after_monday
),

evenings as (
    select
        location_id,
        max(case when on_worst = 1 then days_after_monday end) as worst_weekday,
        nullif(count(distinct case when on_worst = 1 then evening end), 0) as worst_evenings,
        nullif(count(distinct case when on_worst = 0 then evening end), 0) as usual_evenings
    from compared_orders
    group by location_id
),

half_hours as (
    select
        location_id,
        half_hour,
        count(case when on_worst = 1 then 1 end) as orders,
        count(case when on_worst = 0 then 1 end) as usual_orders,
        avg(case when on_worst = 1 then queue_minutes end) as queue_minutes,
        avg(case when on_worst = 0 then queue_minutes end) as usual_queue_minutes,
        avg(case when on_worst = 1 then total_minutes end) as total_minutes,
        avg(case when on_worst = 0 then total_minutes end) as usual_total_minutes,
        coalesce(sum(case when on_worst = 1 then cast(refund_usd as double) end), 0) as refunds,
        coalesce(sum(case when on_worst = 0 then cast(refund_usd as double) end), 0) as usual_refunds
    from compared_orders
    group by location_id, half_hour
),

peaks as (
    select
        location_id,
        half_hour,
        row_number() over (
            partition by location_id order by coalesce(queue_minutes, 0) * orders desc, half_hour
        ) as place
    from half_hours
),

final as (
    select
        locations.name as kitchen,
        case evenings.worst_weekday
            when 0 then 'Monday'
            when 1 then 'Tuesday'
            when 2 then 'Wednesday'
            when 3 then 'Thursday'
            when 4 then 'Friday'
            when 5 then 'Saturday'
            when 6 then 'Sunday'
        end as weekday,
        concat(
            lpad(cast(cast(floor(half_hours.half_hour / 2) as integer) % 24 as string), 2, '0'),
            case when half_hours.half_hour % 2 = 0 then ':00' else ':30' end
        ) as from_time,
        round(half_hours.queue_minutes, 1) as queue,
        round(half_hours.usual_queue_minutes, 1) as usual_queue,
        round(half_hours.refunds / evenings.worst_evenings) as refunds_usd,
        round(1.0 * half_hours.orders / evenings.worst_evenings, 1) as orders,
        round(1.0 * half_hours.usual_orders / evenings.usual_evenings, 1) as usual_orders,
        round(half_hours.total_minutes, 1) as minutes,
        round(half_hours.usual_total_minutes, 1) as usual_minutes,
        round(half_hours.usual_refunds / evenings.usual_evenings) as usual_refunds_usd
    from half_hours
    inner join evenings on half_hours.location_id = evenings.location_id
    inner join peaks
        on half_hours.location_id = peaks.location_id
        and peaks.place = 1
        and half_hours.half_hour between peaks.half_hour - 5 and peaks.half_hour + 5
    inner join locations on half_hours.location_id = locations.location_id
)

select * from final
order by kitchen, case when from_time < '04:00' then 1 else 0 end, from_time
