create or replace function `caspersdev`.`ai`.`get_location_timings`(loc integer)
        returns table (
            location_id integer,
            location_name string,
            day date,
            deliveries bigint,
            p50_minutes decimal(12,3),
            p75_minutes decimal(12,3),
            p99_minutes decimal(12,3)
        )
        return
        -- Grain: the kitchen `loc`, on the newest day on which it delivered: the percentiles of the days before.
with percentiles as (
    select * from `caspersdev`.`recommender`.`delivery_percentiles_trailing`
),
locations as (
    select * from `caspersdev`.`simulator`.`locations`
),
newest_first as (
    select
        location_id,
        day,
        deliveries,
        p50_minutes,
        p75_minutes,
        p99_minutes,
        row_number() over (order by day desc) as place
    from percentiles
    where location_id = loc
),
final as (
    select
        newest_first.location_id,
        locations.name as location_name,
        newest_first.day,
        newest_first.deliveries,
        newest_first.p50_minutes,
        newest_first.p75_minutes,
        newest_first.p99_minutes
    from newest_first
    left join locations on newest_first.location_id = locations.location_id
    where newest_first.place = 1
)
select * from final;
