create or replace function `caspersdev`.`ai`.`get_order_timing`(oid string)
        returns table (
            order_id string,
            location_id integer,
            status string,
            created_ts timestamp,
            started_ts timestamp,
            finished_ts timestamp,
            ready_ts timestamp,
            driver_arrived_ts timestamp,
            picked_up_ts timestamp,
            delivered_ts timestamp,
            cancelled_ts timestamp,
            queue_minutes double,
            prep_minutes double,
            pack_minutes double,
            pickup_wait_minutes double,
            drive_minutes double,
            total_minutes double,
            eta_minutes double,
            promised_minutes double,
            p50_minutes decimal(12,3),
            p75_minutes decimal(12,3),
            p99_minutes decimal(12,3)
        )
        return
        -- Grain: the order `oid`; no row if nothing of it has landed.
with orders as (
    select * from `caspersdev`.`lakeflow`.`silver_order_timeline`
),
-- What the order is judged by: the days before its delivery, at its kitchen.
percentiles as (
    select * from `caspersdev`.`recommender`.`delivery_percentiles_trailing`
),
final as (
    select
        orders.order_id,
        orders.location_id,
        orders.status,
        orders.created_ts,
        orders.started_ts,
        orders.finished_ts,
        orders.ready_ts,
        orders.driver_arrived_ts,
        orders.picked_up_ts,
        orders.delivered_ts,
        orders.cancelled_ts,
        orders.queue_minutes,
        orders.prep_minutes,
        orders.pack_minutes,
        orders.pickup_wait_minutes,
        orders.drive_minutes,
        orders.total_minutes,
        orders.eta_minutes,
        orders.promised_minutes,
        percentiles.p50_minutes,
        percentiles.p75_minutes,
        percentiles.p99_minutes
    from orders
    left join percentiles
        on orders.location_id = percentiles.location_id
        and orders.delivered_day = percentiles.day
    where orders.order_id = oid
)
select * from final;
