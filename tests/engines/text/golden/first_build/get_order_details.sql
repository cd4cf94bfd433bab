create or replace function `caspersdev`.`ai`.`get_order_details`(oid string)
        returns table (
            order_id string,
            sequence integer,
            event_type string,
            event_ts timestamp,
            location_id integer,
            location_name string,
            body string,
            event_id string
        )
        return
        -- Grain: one row per event of the order `oid`, with the name of the kitchen that cooks it.
with all_events as (
    select * from `caspersdev`.`lakeflow`.`all_events`
),
locations as (
    select * from `caspersdev`.`simulator`.`locations`
),
final as (
    select
        all_events.order_id,
        all_events.sequence,
        all_events.event_type,
        all_events.event_ts,
        all_events.location_id,
        locations.name as location_name,
        all_events.body,
        all_events.event_id
    from all_events
    left join locations on all_events.location_id = locations.location_id
    where all_events.order_id = oid
)
select * from final;
