-- Grain: one row per kitchen and day on which it delivered: the percentiles of the days before it.

{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    meta={
        'partition_column': 'day',
        'affected_by': [{
            'model': 'gold_delivery_times_day',
            'day': 'day',
            'days_after': var('refund_history_days'),
            'delete_missing': true
        }]
    }
) }}

{% set days = affected_days() %}
{{ log_window(days) }}

with delivery_days as (
    select * from {{ ref('gold_delivery_times_day') }}
    where {{ in_days('day', days) }}
),

orders as (
    select * from {{ ref('silver_order_timeline') }}
    where
        total_minutes is not null
        and {{ in_days('delivered_day', days_with_history(days, var('refund_history_days'))) }}
),

final as (
    select
        delivery_days.location_id,
        delivery_days.day,
        count(orders.order_id) as deliveries,
        {{ percentile_minutes(0.50, 'orders.total_minutes') }} as p50_minutes,
        {{ percentile_minutes(0.75, 'orders.total_minutes') }} as p75_minutes,
        {{ percentile_minutes(0.99, 'orders.total_minutes') }} as p99_minutes,
        {{ load_number(ref('gold_delivery_times_day')) }} as load_number
    from delivery_days
    -- The day itself is not part of it: the verdict must not change while the day goes on.
    left join orders
        on delivery_days.location_id = orders.location_id
        and orders.delivered_day >= {{ add_days('delivery_days.day', -(var('refund_history_days') | int)) }}
        and orders.delivered_day < delivery_days.day
    group by delivery_days.location_id, delivery_days.day
)

select * from final
