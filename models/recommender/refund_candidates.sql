-- Grain: one row per delivered order, with all that its refund is judged by.

{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    meta={'increment': {
        'partition_column': 'delivered_day',
        'affected_by': [
            {'model': 'silver_order_timeline', 'partition': 'delivered_day'},
            {'model': 'gold_order_header', 'key': 'order_day'},
            {'model': 'delivery_percentiles_trailing', 'partition': 'day'},
            {'model': 'landed_agent_responses', 'key': 'order_key'}
        ]
    }}
) }}

with orders as (
    select * from {{ ref('silver_order_timeline') }}
    where status = 'delivered' and {{ is_affected('delivered_day') }}
),

order_headers as (
    select * from {{ ref('gold_order_header') }}
),

percentiles as (
    select * from {{ ref('delivery_percentiles_trailing') }}
    where {{ is_affected('day') }}
),

responses as (
    select * from {{ ref('landed_agent_responses') }}
    where order_key is not null and agent = 'refund'
),

-- The newest answer to the question about an order; where there is none, the newest try.
ranked_responses as (
    {{ ranked_agent_responses('responses') }}
),

-- Which stage took longest compared with what is usual in this kitchen; of two the earlier one.
compared as (
    select
        orders.*,
        percentiles.p50_minutes,
        percentiles.p75_minutes,
        percentiles.p99_minutes,
        coalesce(percentiles.deliveries, 0) as history_deliveries,
        orders.total_minutes > percentiles.p75_minutes as is_late,
        {{ milliseconds_beyond('orders.kitchen_minutes', 'percentiles.usual_kitchen_minutes') }} as beyond_kitchen,
        {{ milliseconds_beyond('orders.pickup_wait_minutes', 'percentiles.usual_pickup_minutes') }} as beyond_pickup,
        {{ milliseconds_beyond('orders.drive_minutes', 'percentiles.usual_drive_minutes') }} as beyond_drive
    from orders
    left join percentiles
        on orders.location_id = percentiles.location_id
        and orders.delivered_day = percentiles.day
),

final as (
    select
        orders.order_id,
        orders.order_key,
        orders.location_id,
        orders.order_day,
        orders.created_ts as order_ts,
        orders.delivered_day,
        orders.total_minutes,
        order_headers.order_revenue,
        orders.p50_minutes,
        orders.p75_minutes,
        orders.p99_minutes,
        orders.history_deliveries,
        orders.is_late,
        case
            when orders.is_late then
                case greatest(orders.beyond_kitchen, orders.beyond_pickup, orders.beyond_drive)
                    when orders.beyond_kitchen then 'kitchen'
                    when orders.beyond_pickup then 'pickup'
                    when orders.beyond_drive then 'drive'
                end
        end as late_cause,
        ranked_responses.outcome as agent_outcome,
        ranked_responses.answer as agent_answer
    from compared as orders
    left join order_headers on orders.order_id = order_headers.order_id
    left join ranked_responses
        on orders.order_key = ranked_responses.order_key
        and orders.order_id = ranked_responses.subject_id
        and ranked_responses.preference = 1
)

select * from final
