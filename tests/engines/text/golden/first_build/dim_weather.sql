-- (the columns of the query, or of its contract, are asked for)

create or replace view `caspersdev`.`lakeflow`.`dim_weather`
  (
    `location_id` comment 'The kitchen (`simulator.locations`).',
	`date_day` comment 'The day.',
	`high_c` comment 'The warmest of the day, degrees Celsius.',
	`low_c` comment 'The coldest of the day, degrees Celsius.',
	`precipitation_mm` comment 'Rain or melted snow of the day, millimetres.',
	`is_wet` comment 'Whether it rains or snows at any time of the day.',
	`starts_hour` comment 'The hour of the day in which it begins; null on a dry day.',
	`ends_hour` comment 'The hour of the day before which it ends, up to 24; null on a dry day.',
	`wet_hours` comment 'Hours of the day that are wet.'
  )
  comment 'Gold. One row per kitchen and calendar day with its weather. An order is wet where its hour lies from starts_hour to before ends_hour.'
  as (
    -- Grain: one row per kitchen and calendar day (location_id, date_day) of which the weather is known.
with dates as (
    select * from `caspersdev`.`lakeflow`.`dim_date`
),
weather as (
    select * from `caspersdev`.`simulator`.`weather`
),
final as (
    select
        weather.location_id,
        dates.date_day,
        weather.high_c,
        weather.low_c,
        weather.precipitation_mm,
        weather.starts_hour is not null as is_wet,
        weather.starts_hour,
        weather.ends_hour,
        coalesce(weather.ends_hour - weather.starts_hour, 0) as wet_hours
    from dates
    inner join weather on dates.day_of_story = weather.day_number
)
select * from final
  );
