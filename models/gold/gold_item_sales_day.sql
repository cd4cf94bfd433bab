-- Grain: one row per item (item_id, menu_id, category_id, brand_id) and day on which it was sold.

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
        item_id,
        menu_id,
        category_id,
        brand_id,
        order_day as day,
        cast(sum(qty) as bigint) as units_sold,
        cast(sum(extended_price) as decimal(18, 2)) as gross_revenue
    from order_items
    group by item_id, menu_id, category_id, brand_id, order_day
)

select * from final
