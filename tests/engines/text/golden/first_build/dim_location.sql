-- (the columns of the query, or of its contract, are asked for)

create or replace view `caspersdev`.`lakeflow`.`dim_location`
  (
    `location_id` comment 'The kitchen (`simulator.locations`).',
	`location_code` comment 'Its short name.',
	`name` comment 'Its name, the city.',
	`address` comment 'Where it stands.',
	`lat` comment 'Latitude, degrees.',
	`lon` comment 'Longitude, degrees.',
	`radius_mi` comment 'How far it delivers, miles.',
	`stations` comment 'Orders that can be cooked at the same time.',
	`base_orders_day` comment 'Orders a day at the beginning of the story.',
	`growth_rate_daily` comment 'By which share they grow from day to day.',
	`narrative` comment 'Its story in one sentence.'
  )
  comment 'Gold. One row per kitchen.'
  as (
    -- Grain: one row per kitchen.
with locations as (
    select * from `caspersdev`.`simulator`.`locations`
),
final as (
    select
        location_id,
        location_code,
        name,
        address,
        lat,
        lon,
        radius_mi,
        stations,
        base_orders_day,
        growth_rate_daily,
        narrative
    from locations
)
select * from final
  );
