-- Grain: one row per delivered order that complains, with all that the complaint is written and answered from.

{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    meta={'increment': {
        'partition_column': 'delivered_day',
        'affected_by': [
            {'model': 'refund_candidates', 'partition': 'delivered_day'},
            {'model': 'silver_order_timeline', 'partition': 'delivered_day'},
            {'model': 'silver_order_items', 'key': 'order_day'},
            {'model': 'landed_agent_responses', 'key': 'order_key'}
        ]
    }}
) }}

with candidates as (
    select * from {{ ref('refund_candidates') }}
    where {{ is_affected('delivered_day') }}
),

orders as (
    select * from {{ ref('silver_order_timeline') }}
    where status = 'delivered' and {{ is_affected('delivered_day') }}
),

order_items as (
    select * from {{ ref('silver_order_items') }}
),

responses as (
    select * from {{ ref('landed_agent_responses') }}
    where order_key is not null and agent = 'complaint'
),

-- The newest answer to the question about an order; where there is none, the newest try.
ranked_responses as (
    {{ ranked_agent_responses('responses') }}
),

-- Numbers from the order's id alone, so that who complains, of what and when never depends on when this ran.
drawn as (
    select
        *,
        {{ hash64("concat('complains ', order_id)") }} % 1000000 as complains_draw,
        {{ hash64("concat('category ', order_id)") }} % 1000000 as category_draw,
        {{ hash64("concat('delay ', order_id)") }} % 3600 as delay_draw,
        {{ hash64("concat('haste ', order_id)") }} % 3600 as haste_draw
    from candidates
),

complaining as (
    select * from drawn
    where complains_draw < {{ millionths(var('complaint_rate'), 'complaint_rate') }}
),

baskets as (
    select
        order_items.order_id,
        {{ rows_as_json({
            'line_number': 'order_items.line_number',
            'name': 'order_items.item_name',
            'price_cents': 'cast(order_items.price * 100 as bigint)',
            'qty': 'order_items.qty'
        }) }} as basket
    from order_items
    inner join complaining
        on order_items.order_id = complaining.order_id
        and order_items.order_day = complaining.order_day
    where order_items.item_name is not null and order_items.price is not null and order_items.qty is not null
    group by order_items.order_id
),

final as (
    select
        complaining.order_id,
        complaining.order_key,
        complaining.location_id,
        complaining.order_day,
        complaining.delivered_day,
        orders.delivered_ts,
        -- Three minutes to an hour after the delivery, most of them within twenty.
        orders.delivered_ts
        + cast(180 + {{ whole_quotient('complaining.delay_draw * complaining.haste_draw', 3600) }} as integer)
        * interval '1' second as complained_ts,
        {{ complaint_category('complaining.category_draw') }} as complaint_category,
        complaining.total_minutes,
        orders.promised_minutes,
        complaining.order_revenue,
        complaining.p50_minutes,
        complaining.p75_minutes,
        complaining.p99_minutes,
        complaining.history_deliveries,
        coalesce(baskets.basket, '[]') as basket,
        ranked_responses.outcome as agent_outcome,
        ranked_responses.answer as agent_answer
    from complaining
    inner join orders on complaining.order_id = orders.order_id
    left join baskets on complaining.order_id = baskets.order_id
    left join ranked_responses
        on complaining.order_key = ranked_responses.order_key
        and complaining.order_id = ranked_responses.subject_id
        and ranked_responses.preference = 1
)

select * from final
