-- Grain: one row per kitchen and hour in which it took an order.

{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    meta={'increment': {
        'partition_column': 'cast(hour_ts as date)',
        'affected_by': [{'model': 'silver_order_items', 'partition': 'order_day'}]
    }}
) }}

with order_items as (
    select * from {{ ref('silver_order_items') }}
    where {{ is_affected('order_day') }}
),

final as (
    select
        location_id,
        cast(date_trunc('hour', order_ts) as timestamp) as hour_ts,
        {{ count_distinct('order_id') }} as orders,
        cast(sum(extended_price) as decimal(18, 2)) as revenue
    from order_items
    group by location_id, cast(date_trunc('hour', order_ts) as timestamp)
)

select * from final
