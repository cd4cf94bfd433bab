-- Grain: the order `oid`; no row if nothing of it has landed.

{{ config(materialized='table_function', parameters=['oid'], meta={'parameter_types': ['string']}) }}

with orders as (
    select * from {{ ref('silver_order_timeline') }}
),

-- What the order is judged by: the days before its delivery, at its kitchen.
percentiles as (
    select * from {{ ref('delivery_percentiles_trailing') }}
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

select * from final
