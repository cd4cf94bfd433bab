{#-
    This test finds answers to complaints that break the policy, judged by the order itself: a credit that is
    more than the order cost, no multiple of a step, or does not fit the category and the percentiles; an
    escalation with a credit; a JSON object that says something else than the columns.
-#}
{% test responses_follow_the_policy(model) %}

with responses as (
    select
        *,
        {{ json_fields('agent_response', {
            'order_id': 'VARCHAR', 'complaint_category': 'VARCHAR', 'decision': 'VARCHAR', 'credit_amount': 'VARCHAR',
            'confidence': 'VARCHAR', 'priority': 'VARCHAR', 'rationale': 'VARCHAR', 'customer_response': 'VARCHAR'
        }) }} as response
    from {{ model }}
),

-- The step that a rounded credit may be away from its exact amount, and never more than the order cost.
judged as (
    select
        responses.*,
        candidates.order_revenue,
        candidates.total_minutes,
        candidates.p75_minutes,
        candidates.p99_minutes,
        {{ var('complaint_credit_step_cents') }} * 0.01 as step,
        case
            when candidates.total_minutes > candidates.p99_minutes then {{ var('complaint_delay_share_past_p99') }}
            when candidates.total_minutes > candidates.p75_minutes then {{ var('complaint_delay_share_past_p75') }}
            else 0.0
        end as delay_share
    from responses
    left join {{ ref('complaint_candidates') }} as candidates on responses.order_id = candidates.order_id
)

select complaint_id, complaint_category, decision, credit_amount, order_revenue, total_minutes, p75_minutes, p99_minutes, rationale
from judged
where
    credit_amount < 0
    or credit_amount > coalesce(order_revenue, 0)
    or cast(credit_amount * 100 as bigint) % {{ var('complaint_credit_step_cents') }} <> 0
    or decision = 'escalate' and (credit_amount <> 0 or generated_by <> 'endpoint' and confidence <> 'low')
    or decision = 'suggest_credit' and (priority <> 'standard' or complaint_category in ('service_issue', 'other'))
    or decision = 'suggest_credit'
    and complaint_category = 'delivery_delay'
    and (
        p75_minutes is null
        or credit_amount > order_revenue * delay_share + step
        or credit_amount < order_revenue * delay_share - step and credit_amount < order_revenue - 2 * step
        or delay_share = 0 and credit_amount <> 0
    )
    or decision = 'suggest_credit'
    and complaint_category = 'food_quality'
    and (
        credit_amount > order_revenue * {{ var('complaint_quality_share_to') }} + step
        or credit_amount < order_revenue * {{ var('complaint_quality_share_from') }} - step
    )
    or response.credit_amount is null
    or cast(response.credit_amount as decimal(10, 2)) <> credit_amount
    or response.order_id <> order_id
    or response.complaint_category <> complaint_category
    or response.decision <> decision
    or response.confidence <> confidence
    or response.priority <> priority
    or response.rationale <> rationale
    or response.customer_response <> customer_response

{% endtest %}
