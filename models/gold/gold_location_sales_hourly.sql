-- Grain: one row per kitchen and hour in which it took an order.

{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    meta={
        'partition_column': 'cast(hour_ts as date)',
        'affected_by': [{'model': 'silver_order_items', 'day': 'order_day', 'delete_missing': true}]
    }
) }}

{% set days = affected_days() %}
{{ log_window(days) }}

with order_items as (
    select * from {{ ref('silver_order_items') }}
    where {{ in_days('order_day', days) }}
),

final as (
    select
        location_id,
        cast(date_trunc('hour', order_ts) as timestamp) as hour_ts,
        {{ count_distinct('order_id') }} as orders,
        cast(sum(extended_price) as decimal(18, 2)) as revenue,
        {{ load_number(ref('silver_order_items')) }} as load_number
    from order_items
    group by location_id, cast(date_trunc('hour', order_ts) as timestamp)
)

select * from final
