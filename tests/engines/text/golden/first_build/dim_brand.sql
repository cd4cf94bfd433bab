-- (the columns of the query, or of its contract, are asked for)

create or replace view `caspersdev`.`lakeflow`.`dim_brand`
  (
    `brand_id` comment 'The brand.',
	`name` comment 'Its name.',
	`cuisine` comment 'What it cooks, in its own words.',
	`cuisine_group` comment 'The kind of cooking in few words that are the same for all brands, found by the words of
the seed `conformed_names`; the kind itself where none of them fits.',
	`avg_prep_time_min` comment 'Minutes that its dishes take on average.',
	`kitchens` comment 'Kitchens that cook it or have cooked it.',
	`launch_date` comment 'The first day on which any kitchen cooks it; null where none does, and while no order has landed.',
	`exit_date` comment 'The first day on which no kitchen cooks it any more; null where one does.'
  )
  comment 'Gold. One row per brand.'
  as (
    -- Grain: one row per brand.
with brands as (
    select * from `caspersdev`.`simulator`.`brands`
),
brand_locations as (
    select * from `caspersdev`.`lakeflow`.`dim_brand_location`
),
careers as (
    select
        brand_id,
        count(*) as kitchens,
        min(launch_date) as launch_date,
        -- Gone is a brand that has left every kitchen.
        case when count(exit_date) = count(*) then max(exit_date) end as exit_date
    from brand_locations
    group by brand_id
),
cuisine_groups as (
    select
        named_id,
        conformed_name
    from (
        select
            named.brand_id as named_id,
            words.conformed_name,
            row_number() over (partition by named.brand_id order by words.priority) as preference
        from brands as named
        inner join `caspersdev`.`simulator`.`conformed_names` as words
            on words.kind = 'cuisine'
            and lower(named.cuisine_type) like concat('%', words.word, '%')
    ) as fitting
    where preference = 1
),
final as (
    select
        brands.brand_id,
        brands.name,
        brands.cuisine_type as cuisine,
        coalesce(cuisine_groups.conformed_name, brands.cuisine_type) as cuisine_group,
        brands.avg_prep_time_min,
        coalesce(careers.kitchens, 0) as kitchens,
        careers.launch_date,
        careers.exit_date
    from brands
    left join careers on brands.brand_id = careers.brand_id
    left join cuisine_groups on brands.brand_id = cuisine_groups.named_id
)
select * from final
  );
