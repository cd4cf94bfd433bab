-- Grain: one row per order that any event has landed of, with all that is asked of an order.

{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    meta={'increment': {
        'partition_column': 'order_day',
        'affected_by': [
            {'model': 'silver_order_timeline', 'partition': 'order_day'},
            {'model': 'gold_order_header', 'partition': 'order_day'},
            {'model': 'refund_candidates', 'partition': 'order_day'},
            {'model': 'refund_recommendations', 'key': 'delivered_day'},
            {'model': 'refund_decisions', 'key': 'order_key'},
            {'model': 'complaint_responses', 'key': 'delivered_day'},
            {'model': 'dim_customer', 'key': 'first_order_key', 'when_changed': true}
        ]
    }}
) }}

with orders as (
    select * from {{ ref('silver_order_timeline') }}
    where {{ is_affected('order_day') }}
),

order_headers as (
    select * from {{ ref('gold_order_header') }}
    where {{ is_affected('order_day') }}
),

candidates as (
    select * from {{ ref('refund_candidates') }}
    where {{ is_affected('order_day') }}
),

recommendations as (
    select * from {{ ref('refund_recommendations') }}
),

decisions as (
    select * from {{ ref('refund_decisions') }}
    where is_current
),

complaints as (
    select * from {{ ref('complaint_responses') }}
),

customers as (
    select * from {{ ref('dim_customer') }}
),

-- Tables of deliveries are read on the days of these deliveries alone.
final as (
    select
        orders.order_id,
        orders.order_key,
        orders.location_id,
        orders.customer_id,
        orders.customer_key,
        customers.first_order_key,
        orders.driver_id,
        orders.shift_day,
        orders.order_day,
        cast(extract(hour from orders.created_ts) as integer) as order_hour,
        orders.status,
        orders.created_ts as order_ts,
        orders.started_ts,
        orders.finished_ts,
        orders.ready_ts,
        orders.driver_arrived_ts,
        orders.picked_up_ts,
        orders.delivered_ts,
        orders.delivered_day,
        orders.cancelled_ts,
        orders.cancellation_reason,
        orders.queue_minutes,
        orders.prep_minutes,
        orders.pack_minutes,
        orders.kitchen_minutes,
        orders.pickup_wait_minutes,
        orders.driver_wait_minutes,
        orders.drive_minutes,
        orders.total_minutes,
        orders.promised_minutes,
        orders.total_minutes - orders.promised_minutes as minutes_past_promise,
        orders.total_minutes > orders.promised_minutes as is_past_promise,
        candidates.p50_minutes,
        candidates.p75_minutes,
        candidates.p99_minutes,
        candidates.is_late,
        candidates.late_cause,
        order_headers.order_revenue,
        order_headers.total_qty,
        order_headers.total_items,
        order_headers.brands_in_order,
        orders.delivery_fee,
        orders.service_fee,
        orders.tax,
        orders.tip,
        orders.discount,
        orders.total as total_paid,
        recommendations.refund_class as refund_recommended_class,
        recommendations.refund_usd as refund_recommended_usd,
        decisions.refund_class as refund_decided_class,
        decisions.amount_usd as refund_decided_usd,
        decisions.decided_ts,
        cast(
            case
                when orders.status = 'cancelled' then 0
                else
                    order_headers.order_revenue - coalesce(orders.discount, 0) - coalesce(decisions.amount_usd, 0)
            end as decimal(18, 2)
        ) as net_revenue,
        complaints.complaint_id is not null as has_complaint,
        complaints.complaint_category,
        complaints.decision as complaint_decision,
        complaints.credit_amount as complaint_credit,
        orders.order_key != customers.first_order_key as is_repeat
    from orders
    left join order_headers on orders.order_id = order_headers.order_id
    left join candidates on orders.order_id = candidates.order_id
    left join recommendations
        on orders.delivered_day = recommendations.delivered_day
        and orders.order_id = recommendations.order_id
    left join decisions on orders.order_id = decisions.order_id
    left join complaints
        on orders.delivered_day = complaints.delivered_day
        and orders.order_id = complaints.order_id
    left join customers on orders.customer_key = customers.customer_key
)

select * from final
