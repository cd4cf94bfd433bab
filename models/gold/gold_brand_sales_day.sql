-- Grain: one row per brand and day on which it sold anything.

{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    meta={'increment': {
        'partition_column': 'day',
        'affected_by': [{'model': 'silver_order_items', 'partition': 'order_day'}]
    }}
) }}

with order_items as (
    select * from {{ ref('silver_order_items') }}
    where {{ is_affected('order_day') }}
),

final as (
    select
        brand_id,
        order_day as day,
        {{ count_distinct('order_id') }} as orders,
        cast(sum(qty) as bigint) as items_sold,
        cast(sum(extended_price) as decimal(18, 2)) as brand_revenue
    from order_items
    group by brand_id, order_day
)

select * from final
