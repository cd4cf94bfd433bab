-- Grain: one row per calendar day from the first order to the last order or delivery, days without any included.
-- A view: the number of a day depends on the first day, and late data may bring an earlier one.

{{ config(materialized='view') }}

with orders as (
    select * from {{ ref('fct_orders') }}
),

holidays as (
    select * from {{ ref('holidays') }}
),

weather as (
    select * from {{ ref('weather') }}
),

period as (
    select
        min(order_day) as first_day,
        greatest(max(order_day), coalesce(max(delivered_day), max(order_day))) as last_day
    from orders
),

-- Without an order there is no day.
days as (
    select
        first_day,
        {{ each_day('first_day', 'last_day') }} as date_day
    from period
    where first_day is not null
),

numbered as (
    select
        date_day,
        cast({{ datediff('first_day', 'date_day', 'day') }} as integer) as day_number,
        cast({{ datediff("date '1900-01-01'", 'date_day', 'day') }} % 7 + 1 as integer) as weekday
    from days
),

rain as (
    select
        day_number,
        count(starts_hour) as kitchens_with_rain
    from weather
    group by day_number
),

final as (
    select
        numbered.date_day,
        numbered.day_number,
        cast(numbered.day_number % {{ days_of_story() }} as integer) as day_of_story,
        numbered.weekday,
        case numbered.weekday
            when 1 then 'Monday'
            when 2 then 'Tuesday'
            when 3 then 'Wednesday'
            when 4 then 'Thursday'
            when 5 then 'Friday'
            when 6 then 'Saturday'
            else 'Sunday'
        end as weekday_name,
        numbered.weekday > 5 as is_weekend,
        {{ week_start('numbered.date_day') }} as week_start,
        cast({{ date_trunc('month', 'numbered.date_day') }} as date) as month_start,
        holidays.holiday,
        coalesce(rain.kitchens_with_rain, 0) as kitchens_with_rain
    from numbered
    left join holidays on numbered.day_number % {{ days_of_story() }} = holidays.day_of_story
    left join rain on numbered.day_number % {{ days_of_story() }} = rain.day_number
)

select * from final
