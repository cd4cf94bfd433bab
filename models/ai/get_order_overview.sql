-- Grain: the order `oid`; no row if nothing of it has landed.

{{ config(materialized='table_function', parameters=['oid'], meta={'parameter_types': ['string']}) }}

with orders as (
    select * from {{ ref('silver_order_timeline') }}
),

order_headers as (
    select * from {{ ref('gold_order_header') }}
),

locations as (
    select * from {{ ref('locations') }}
),

final as (
    select
        orders.order_id,
        orders.status,
        orders.cancellation_reason,
        orders.created_ts,
        orders.location_id,
        locations.name as location_name,
        orders.customer_id,
        orders.customer_addr,
        order_headers.order_revenue,
        order_headers.total_qty,
        order_headers.total_items,
        order_headers.brands_in_order
    from orders
    left join order_headers on orders.order_id = order_headers.order_id
    left join locations on orders.location_id = locations.location_id
    where orders.order_id = oid
)

select * from final
