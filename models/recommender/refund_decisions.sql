-- Grain: one row per decision that landed (decision_id), the first copy of it.

{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    meta={
        'increment': {
            'key_column': 'order_key',
            'affected_by': [
                {'model': 'landed_decisions', 'partition': 'order_key'},
                {'model': 'silver_order_timeline', 'partition': 'order_key'}
            ]
        },
        'published': {'partition': 'delivered_day'}
    }
) }}

with decisions as (
    select * from {{ ref('landed_decisions') }}
    where rejection_code is null and not is_duplicate and {{ is_affected('order_key') }}
),

orders as (
    select
        order_id,
        location_id,
        delivered_day
    from {{ ref('silver_order_timeline') }}
    where {{ is_affected('order_key') }}
),

-- A decision can only revise one that was there: the newest of an order has the largest number.
final as (
    select
        decisions.decision_id,
        decisions.order_id,
        decisions.order_key,
        decisions.decided_ts,
        decisions.amount_usd,
        decisions.refund_class,
        decisions.reason,
        decisions.decided_by,
        decisions.suggested_refund_usd,
        decisions.suggested_refund_class,
        decisions.suggested_ts,
        decisions.revises,
        row_number() over (partition by decisions.order_id order by decisions.decision_id desc) = 1 as is_current,
        orders.location_id,
        orders.delivered_day,
        {{ minutes_between('decisions.suggested_ts', 'decisions.decided_ts') }} as minutes_to_decision
    from decisions
    left join orders on decisions.order_id = orders.order_id
)

select * from final
