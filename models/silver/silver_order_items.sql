-- Grain: one row per line of an order's basket (order_id, line_number).

{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    meta={'increment': {
        'partition_column': 'order_day',
        'affected_by': [
            {'model': 'silver_order_timeline', 'partition': 'order_day'},
            {'model': 'landed_lines', 'partition': "case when event_type = 'order_created' then cast(event_ts as date) end"}
        ]
    }}
) }}

with all_events as (
    select * from {{ ref('all_events') }}
    where event_type = 'order_created' and {{ is_affected_timestamp('event_ts') }}
),

orders as (
    select * from {{ ref('silver_order_timeline') }}
    where {{ is_affected('order_day') }}
),

-- Only the event that created the order counts: a second creation does not change what was bought.
baskets as (
    select
        orders.order_id,
        orders.location_id,
        orders.customer_id,
        orders.created_ts as order_ts,
        orders.order_day,
        {{ json_fields('all_events.body', {'items': [{
            'id': 'INTEGER', 'category_id': 'INTEGER', 'menu_id': 'INTEGER', 'brand_id': 'INTEGER',
            'name': 'VARCHAR', 'price': 'DECIMAL(10,2)', 'qty': 'INTEGER'
        }]}) }} as basket
    from all_events
    inner join orders on all_events.event_id = orders.created_event_id
),

basket_lines as (
    select
        order_id,
        location_id,
        customer_id,
        order_ts,
        order_day,
        {{ explode_with_position('basket.items', 'line_number', 'item') }}
    from baskets
),

final as (
    select
        order_id,
        cast(line_number + 1 as integer) as line_number,
        location_id,
        customer_id,
        order_ts,
        order_day,
        item.id as item_id,
        item.menu_id as menu_id,
        item.category_id as category_id,
        item.brand_id as brand_id,
        item.name as item_name,
        item.price as price,
        item.qty as qty,
        cast(item.price * item.qty as decimal(12, 2)) as extended_price
    from basket_lines
)

select * from final
