-- Grain: one row per kitchen and day on which it delivered an order whose creation is known.

{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    meta={
        'partition_column': 'day',
        'affected_by': [{
            'model': 'silver_order_timeline', 'day': explode_list('delivered_days'), 'delete_missing': true
        }]
    }
) }}

{% set days = affected_days() %}
{{ log_window(days) }}

with orders as (
    select * from {{ ref('silver_order_timeline') }}
    where total_minutes is not null and {{ in_days('delivered_day', days) }}
),

final as (
    select
        location_id,
        delivered_day as day,
        count(*) as orders_delivered,
        {{ percentile_minutes(0.50, 'total_minutes') }} as p50_minutes,
        {{ percentile_minutes(0.75, 'total_minutes') }} as p75_minutes,
        {{ percentile_minutes(0.99, 'total_minutes') }} as p99_minutes,
        {{ load_number(ref('silver_order_timeline')) }} as load_number
    from orders
    group by location_id, delivered_day
)

select * from final
