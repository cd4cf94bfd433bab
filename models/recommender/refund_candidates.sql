-- Grain: one row per delivered order, with all that its refund is judged by.

{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    meta={
        'partition_column': 'delivered_day',
        'affected_by': [
            {'model': 'silver_order_timeline', 'day': explode_list('delivered_days'), 'delete_missing': true},
            {'model': 'delivery_percentiles_trailing', 'day': 'day'}
        ]
    }
) }}

{% set days = affected_days() %}
{{ log_window(days) }}

with orders as (
    select * from {{ ref('silver_order_timeline') }}
    where status = 'delivered' and {{ in_days('delivered_day', days) }}
),

order_headers as (
    select * from {{ ref('gold_order_header') }}
),

percentiles as (
    select * from {{ ref('delivery_percentiles_trailing') }}
    where {{ in_days('day', days) }}
),

final as (
    select
        orders.order_id,
        orders.location_id,
        orders.order_day,
        orders.created_ts as order_ts,
        orders.delivered_day,
        orders.total_minutes,
        order_headers.order_revenue,
        percentiles.p50_minutes,
        percentiles.p75_minutes,
        percentiles.p99_minutes,
        coalesce(percentiles.deliveries, 0) as history_deliveries,
        {{ load_number(
            ref('silver_order_timeline'), ref('gold_order_header'), ref('delivery_percentiles_trailing')
        ) }} as load_number
    from orders
    left join order_headers on orders.order_id = order_headers.order_id
    left join percentiles
        on orders.location_id = percentiles.location_id
        and orders.delivered_day = percentiles.day
)

select * from final
