-- Grain: the order `oid`; no row if nothing of it has landed.

{{ config(materialized='table_function', parameters=['oid'], meta={'parameter_types': ['string']}) }}

with orders as (
    select * from {{ ref('silver_order_timeline') }}
),

final as (
    select
        order_id,
        status,
        created_ts,
        case when status = 'delivered' then delivered_ts end as delivered_ts,
        total_minutes as delivery_minutes,
        cancelled_ts,
        cancellation_reason
    from orders
    where order_id = oid
)

select * from final
