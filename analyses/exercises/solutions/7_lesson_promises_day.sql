-- Grain: one row per kitchen and day of the order.

{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    meta={'increment': {
        'partition_column': 'order_day',
        'affected_by': [{'model': 'silver_order_timeline', 'partition': 'order_day'}]
    }}
) }}

with orders as (
    select * from {{ ref('silver_order_timeline') }}
    where order_day is not null and {{ is_affected('order_day') }}
),

final as (
    select
        location_id,
        order_day,
        count(*) as orders,
        count(case when status = 'delivered' then 1 end) as delivered,
        count(case when total_minutes > promised_minutes then 1 end) as past_promise,
        max(total_minutes) as longest_minutes
    from orders
    group by location_id, order_day
)

select * from final
