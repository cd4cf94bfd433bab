-- When does a kitchen run out of free stations: on which weekday, at what time of the day?
--
-- What the default dataset shows after its first window: at dinner, and in Chicago and San Francisco at lunch too.
-- Taking note of an order takes 2 minutes; what is above that is waiting for a free station. At dinner four in ten
-- orders in Chicago, and every seventh to tenth in Bellevue and San Francisco, starts later than 10 minutes after it
-- came in, at lunch every fourth in Chicago; in the morning and there late at night hardly any does. In Silicon
-- Valley dinner is easy and the late night is not: every fifth order waits. On the worst weekday the queue is two to
-- three times that of the others, and mostly for a single evening among the four that are counted here
-- (the_worst_evening).
--
-- The weekdays: the replay puts the dataset's day 70, a Monday, on the day of its first run, and with that all
-- weekdays move: after a first run on a Friday the dataset's Friday is called Tuesday. Silicon Valley has no weekly
-- rhythm, so its worst weekday is random.
--
-- How to read it: over_10_minutes_pct is the share of orders that waited more than 10 minutes until cooking began,
-- p95_queue the minutes that 19 of 20 orders stayed below, mon to sun the mean minutes on each weekday, over the
-- last 28 days. The hours from midnight to 4:00 belong to the evening before.

{% set last_days = 28 %}
{% set weekdays = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] %}

with order_timeline as (
    select * from {{ ref('silver_order_timeline') }}
),

locations as (
    select * from {{ ref('locations') }}
),

latest as (
    select max(order_day) as day from order_timeline
),

-- The hours after midnight belong to the evening before.
orders as (
    select
        order_timeline.location_id,
        order_timeline.queue_minutes,
        extract(hour from order_timeline.created_ts) as created_hour,
        case
            when extract(hour from order_timeline.created_ts) < 4
                then {{ add_days('order_timeline.order_day', -1) }}
            else order_timeline.order_day
        end as business_day
    from order_timeline
    cross join latest
    where
        order_timeline.order_day < latest.day
        and order_timeline.order_day >= {{ add_days('latest.day', -last_days) }}
        and order_timeline.queue_minutes is not null
),

parts_of_the_day as (
    select
        location_id,
        queue_minutes,
        {{ datediff("date_trunc('week', business_day)", 'business_day', 'day') }} as days_after_monday,
        case
            when created_hour between 4 and 10 then '1 morning 4-11'
            when created_hour between 11 and 13 then '2 lunch 11-14'
            when created_hour between 14 and 16 then '3 afternoon 14-17'
            when created_hour between 17 and 20 then '4 dinner 17-21'
            else '5 late night 21-4'
        end as part_of_day
    from orders
),

weekday_queues as (
    select
        location_id,
        part_of_day,
        days_after_monday,
        avg(queue_minutes) as queue_minutes,
        row_number() over (
            partition by location_id, part_of_day order by avg(queue_minutes) desc, days_after_monday
        ) as place
    from parts_of_the_day
    group by location_id, part_of_day, days_after_monday
),

week_queues as (
    select
        location_id,
        part_of_day,
        {%- for weekday in weekdays %}
        max(case when days_after_monday = {{ loop.index0 }} then queue_minutes end) as {{ weekday }},
        {%- endfor %}
        max(queue_minutes) as worst_queue,
        max(case when place = 1 then days_after_monday end) as worst_weekday
    from weekday_queues
    group by location_id, part_of_day
),

queues as (
    select
        location_id,
        part_of_day,
        count(*) as orders,
        percentile_cont(0.95) within group (order by queue_minutes) as p95_queue,
        1.0 * count(case when queue_minutes > 10 then 1 end) / count(*) as waited_over_10
    from parts_of_the_day
    group by location_id, part_of_day
),

final as (
    select
        locations.name as kitchen,
        queues.part_of_day,
        round(100 * queues.waited_over_10, 1) as over_10_minutes_pct,
        round(queues.p95_queue, 1) as p95_queue,
        case week_queues.worst_weekday
            {%- for weekday in weekdays %}
            when {{ loop.index0 }} then '{{ weekday }}'
            {%- endfor %}
        end as worst_weekday,
        round(week_queues.worst_queue, 1) as worst_queue,
        {%- for weekday in weekdays %}
        round(week_queues.{{ weekday }}, 1) as {{ weekday }},
        {%- endfor %}
        queues.orders
    from queues
    inner join week_queues
        on queues.location_id = week_queues.location_id
        and queues.part_of_day = week_queues.part_of_day
    inner join locations on queues.location_id = locations.location_id
)

select * from final
order by kitchen, part_of_day
