-- Grain: one row per kitchen and day on which it took an order.
--
-- What can be added up over days and kitchens, and no more: the numerators and denominators of the metrics in
-- models/metrics, each under its metric's name. A share or an average is the quotient of two sums of these columns.

{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    meta={'increment': {
        'partition_column': 'day',
        'affected_by': [{'model': 'fct_orders', 'partition': 'order_day'}]
    }}
) }}

-- Minutes as whole milliseconds: their sum does not depend on the order of rows.
with orders as (
    select
        *,
        cast(round(total_minutes * 60000) as bigint) as total_milliseconds,
        cast(round(kitchen_minutes * 60000) as bigint) as kitchen_milliseconds,
        cast(round(pickup_wait_minutes * 60000) as bigint) as pickup_wait_milliseconds,
        cast(round(drive_minutes * 60000) as bigint) as drive_milliseconds
    from {{ ref('fct_orders') }}
    where {{ is_affected('order_day') }}
),

final as (
    select
        location_id,
        order_day as day,
        count(*) as orders,
        count(case when status = 'delivered' then 1 end) as orders_delivered,
        count(case when status = 'cancelled' then 1 end) as orders_cancelled,
        count(order_revenue) as orders_with_basket,
        cast(sum(total_qty) as bigint) as items_sold,
        cast(sum(order_revenue) as decimal(18, 2)) as gross_revenue,
        cast(sum(net_revenue) as decimal(18, 2)) as net_revenue,
        cast(sum(delivery_fee) as decimal(18, 2)) as delivery_fees,
        cast(sum(service_fee) as decimal(18, 2)) as service_fees,
        cast(sum(tax) as decimal(18, 2)) as taxes,
        cast(sum(tip) as decimal(18, 2)) as tips,
        cast(sum(discount) as decimal(18, 2)) as discounts,
        cast(sum(total_paid) as decimal(18, 2)) as charges,
        count(is_late) as judged_orders,
        count(case when is_late then 1 end) as late_orders,
        count(case when late_cause = 'kitchen' then 1 end) as late_orders_kitchen,
        count(case when late_cause = 'pickup' then 1 end) as late_orders_pickup,
        count(case when late_cause = 'drive' then 1 end) as late_orders_drive,
        count(is_past_promise) as promised_orders,
        count(case when not is_past_promise then 1 end) as kept_promises,
        count(is_repeat) as orders_of_known_customers,
        count(case when is_repeat then 1 end) as repeat_orders,
        count(refund_recommended_usd) as scored_orders,
        count(case when refund_recommended_usd > 0 then 1 end) as refunds_recommended,
        cast(sum(refund_recommended_usd) as decimal(18, 2)) as refund_recommended_usd,
        count(case when refund_decided_usd > 0 then 1 end) as refunds_decided,
        cast(sum(refund_decided_usd) as decimal(18, 2)) as refund_decided_usd,
        count(case when has_complaint then 1 end) as complaints,
        cast(sum(complaint_credit) as decimal(18, 2)) as complaint_credit_usd,
        count(total_minutes) as orders_with_total_minutes,
        {{ exact_minutes('cast(sum(total_milliseconds) as bigint)') }} as total_minutes,
        count(kitchen_minutes) as orders_with_kitchen_minutes,
        {{ exact_minutes('cast(sum(kitchen_milliseconds) as bigint)') }} as kitchen_minutes,
        count(pickup_wait_minutes) as orders_with_pickup_wait_minutes,
        {{ exact_minutes('cast(sum(pickup_wait_milliseconds) as bigint)') }} as pickup_wait_minutes,
        count(drive_minutes) as orders_with_drive_minutes,
        {{ exact_minutes('cast(sum(drive_milliseconds) as bigint)') }} as drive_minutes
    from orders
    group by location_id, order_day
)

select * from final
