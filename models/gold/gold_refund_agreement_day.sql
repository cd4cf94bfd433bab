-- Grain: one row per kitchen and day on which it delivered an order.

{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    meta={'increment': {
        'partition_column': 'day',
        'affected_by': [
            {'model': 'refund_recommendations', 'partition': 'delivered_day'},
            {'model': 'refund_decisions', 'partition': 'delivered_day'}
        ]
    }}
) }}

with recommendations as (
    select * from {{ ref('refund_recommendations') }}
    where {{ is_affected('delivered_day') }}
),

decisions as (
    select * from {{ ref('refund_decisions') }}
    where is_current and {{ is_affected('delivered_day') }}
),

-- People agree with what they were shown; the verdict of today is another one where late events have changed it.
suggested as (
    select
        recommendations.location_id,
        recommendations.delivered_day,
        recommendations.refund_usd as recommended_usd,
        decisions.amount_usd as decided_usd,
        decisions.refund_class as decided_class,
        coalesce(decisions.suggested_refund_usd, recommendations.refund_usd) as suggested_usd,
        coalesce(decisions.suggested_refund_class, recommendations.refund_class) as suggested_class,
        cast(round(decisions.minutes_to_decision * 60000) as bigint) as milliseconds_to_decision
    from recommendations
    left join decisions on recommendations.order_id = decisions.order_id
),

-- Where the amount is the same, the class says which way the decision goes.
compared as (
    select
        *,
        decided_usd = suggested_usd and decided_class = suggested_class as is_agreed,
        decided_usd > suggested_usd
        or (
            decided_usd = suggested_usd
            and (decided_class = 'full' or suggested_class = 'none') and decided_class <> suggested_class
        ) as is_up
    from suggested
),

final as (
    select
        location_id,
        delivered_day as day,
        count(case when recommended_usd > 0 then 1 end) as recommended,
        cast(sum(recommended_usd) as decimal(18, 2)) as recommended_usd,
        count(decided_usd) as decided,
        cast(sum(coalesce(decided_usd, 0)) as decimal(18, 2)) as decided_usd,
        count(case when is_agreed then 1 end) as agreed,
        cast(sum(case when is_agreed then decided_usd else 0 end) as decimal(18, 2)) as agreed_usd,
        count(case when is_up then 1 end) as overridden_up,
        cast(sum(case when is_up then decided_usd - suggested_usd else 0 end) as decimal(18, 2)) as overridden_up_usd,
        count(case when not is_agreed and not is_up then 1 end) as overridden_down,
        cast(
            sum(case when not is_agreed and not is_up then suggested_usd - decided_usd else 0 end) as decimal(18, 2)
        ) as overridden_down_usd,
        {{ average_minutes('milliseconds_to_decision') }} as average_minutes_to_decision
    from compared
    group by location_id, delivered_day
)

select * from final
