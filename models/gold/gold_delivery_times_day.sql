-- Grain: one row per kitchen and day on which it delivered an order whose creation is known.

{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    meta={'increment': {
        'partition_column': 'day',
        'affected_by': [{'model': 'silver_order_timeline', 'partition': 'delivered_day'}]
    }}
) }}

with orders as (
    select * from {{ ref('silver_order_timeline') }}
    where total_minutes is not null and {{ is_affected('delivered_day') }}
),

final as (
    select
        location_id,
        delivered_day as day,
        count(*) as orders_delivered,
        {{ percentile_minutes(50, 'total_minutes') }} as p50_minutes,
        {{ percentile_minutes(75, 'total_minutes') }} as p75_minutes,
        {{ percentile_minutes(99, 'total_minutes') }} as p99_minutes
    from orders
    group by location_id, delivered_day
)

select * from final
