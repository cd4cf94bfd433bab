-- Grain: one row per kitchen and day on which it delivered: the percentiles of the days before it.

{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    meta={'increment': {
        'partition_column': 'day',
        'affected_by': [
            {'model': 'gold_delivery_times_day', 'partition': 'day'},
            {'model': 'silver_order_timeline', 'partition': 'delivered_day', 'days_after': var('refund_history_days')}
        ]
    }}
) }}

with delivery_days as (
    select * from {{ ref('gold_delivery_times_day') }}
    where {{ is_affected('day') }}
),

orders as (
    select * from {{ ref('silver_order_timeline') }}
    where
        total_minutes is not null
        and {{ is_affected('delivered_day', days_before=var('refund_history_days')) }}
),

final as (
    select
        delivery_days.location_id,
        delivery_days.day,
        count(orders.order_id) as deliveries,
        {{ percentile_minutes(50, 'orders.total_minutes') }} as p50_minutes,
        {{ percentile_minutes(75, 'orders.total_minutes') }} as p75_minutes,
        {{ percentile_minutes(99, 'orders.total_minutes') }} as p99_minutes,
        {{ percentile_minutes(50, 'orders.kitchen_minutes') }} as usual_kitchen_minutes,
        {{ percentile_minutes(50, 'orders.pickup_wait_minutes') }} as usual_pickup_minutes,
        {{ percentile_minutes(50, 'orders.drive_minutes') }} as usual_drive_minutes
    from delivery_days
    -- The day itself is not part of it: the verdict must not change while the day goes on.
    left join orders
        on delivery_days.location_id = orders.location_id
        and orders.delivered_day >= {{ add_days('delivery_days.day', -(var('refund_history_days') | int)) }}
        and orders.delivered_day < delivery_days.day
    group by delivery_days.location_id, delivery_days.day
)

select * from final
