-- Grain: one row per order with a readable basket.

{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    meta={'increment': {
        'partition_column': 'order_day',
        'affected_by': [{'model': 'silver_order_items', 'partition': 'order_day'}]
    }}
) }}

with order_items as (
    select * from {{ ref('silver_order_items') }}
    where {{ is_affected('order_day') }}
),

final as (
    select
        order_id,
        location_id,
        order_day,
        cast(sum(extended_price) as decimal(18, 2)) as order_revenue,
        cast(sum(qty) as bigint) as total_qty,
        count(item_id) as total_items,
        array_sort({{ distinct_values('brand_id') }}) as brands_in_order
    from order_items
    group by order_id, location_id, order_day
)

select * from final
