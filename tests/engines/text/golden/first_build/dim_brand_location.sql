-- (the columns of the query, or of its contract, are asked for)

create or replace view `caspersdev`.`lakeflow`.`dim_brand_location`
  (
    `brand_location_id` comment 'Identifies the row.',
	`brand_id` comment 'The brand.',
	`location_id` comment 'The kitchen (`simulator.locations`).',
	`launch_date` comment 'The first day on which the kitchen cooks it; null while no order has landed.',
	`exit_date` comment 'The first day on which it no longer does; null where it is still cooked.',
	`trajectory` comment 'How it is meant to develop.',
	`growth_rate_monthly` comment 'By which share its orders grow in a month.'
  )
  comment 'Gold. One row per brand and kitchen that cooks it, with the dates on which that began and ended.'
  as (
    -- Grain: one row per brand and kitchen that cooks it (brand_location_id), with the dates of its story.
with brand_locations as (
    select * from `caspersdev`.`simulator`.`brand_locations`
),
dates as (
    select * from `caspersdev`.`lakeflow`.`dim_date`
),
period as (
    select min(date_day) as first_day
    from dates
),
final as (
    select
        brand_locations.brand_location_id,
        brand_locations.brand_id,
        brand_locations.location_id,
        date_add(period.first_day, brand_locations.start_day) as launch_date,
        date_add(period.first_day, brand_locations.end_day) as exit_date,
        brand_locations.trajectory,
        brand_locations.growth_rate_monthly
    from brand_locations
    cross join period
)
select * from final
  );
