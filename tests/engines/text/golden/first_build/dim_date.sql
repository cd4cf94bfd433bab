-- (the columns of the query, or of its contract, are asked for)

create or replace view `caspersdev`.`lakeflow`.`dim_date`
  (
    `date_day` comment 'The day.',
	`day_number` comment 'Number of the day, 0 on the first day on which an order landed.',
	`day_of_story` comment 'The same within the story, which begins again after 90 days; weather and holidays are those of this day.',
	`weekday` comment '1 is Monday, 7 is Sunday, by the calendar.',
	`weekday_name` comment 'Its name.',
	`is_weekend` comment 'Saturday and Sunday.',
	`week_start` comment 'The Monday of the week.',
	`month_start` comment 'The first of the month.',
	`holiday` comment 'The holiday of the story that falls on the day; null on a usual one.',
	`kitchens_with_rain` comment 'In how many kitchens it rains or snows.'
  )
  comment 'Gold. One row per calendar day of the business, days without an order included.'
  as (
    -- Grain: one row per calendar day from the first order to the last order or delivery, days without any included.
-- A view: the number of a day depends on the first day, and late data may bring an earlier one.
with orders as (
    select * from `caspersdev`.`lakeflow`.`fct_orders`
),
holidays as (
    select * from `caspersdev`.`simulator`.`holidays`
),
weather as (
    select * from `caspersdev`.`simulator`.`weather`
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
        explode(sequence(first_day, last_day)) as date_day
    from period
    where first_day is not null
),
numbered as (
    select
        date_day,
        cast(timestampdiff(day, date_trunc('day', first_day), date_trunc('day', date_day)) as integer) as day_number,
        cast(timestampdiff(day, date_trunc('day', date '1900-01-01'), date_trunc('day', date_day)) % 7 + 1 as integer) as weekday
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
        cast(numbered.day_number % 90 as integer) as day_of_story,
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
        cast(date_trunc('week', numbered.date_day) as date) as week_start,
        cast(date_trunc('month', numbered.date_day) as date) as month_start,
        holidays.holiday,
        coalesce(rain.kitchens_with_rain, 0) as kitchens_with_rain
    from numbered
    left join holidays on numbered.day_number % 90 = holidays.day_of_story
    left join rain on numbered.day_number % 90 = rain.day_number
)
select * from final
  );
