{#-
    This test finds verdicts that break the refund policy, judged by the numbers in the row itself: a class
    that does not fit the percentiles, a refund above the order's revenue, a partial refund outside its
    shares, a JSON object that says something else than the columns.
-#}
{% test refunds_follow_the_policy(model) %}

with verdicts as (
    select
        *,
        {{ json_fields('agent_response', {
            'refund_usd': 'VARCHAR', 'refund_class': 'VARCHAR', 'reason': 'VARCHAR'
        }) }} as response
    from {{ model }}
)

select order_id, refund_class, refund_usd, order_revenue, total_minutes, p75_minutes, p99_minutes, reason
from verdicts
where
    refund_usd < 0
    or refund_usd > coalesce(order_revenue, 0)
    or (refund_class = 'none') <> (refund_usd = 0) and order_revenue > 0.10
    or refund_class = 'full' and (refund_usd <> order_revenue or not total_minutes > p99_minutes)
    or refund_class = 'partial' and not (
        total_minutes > p75_minutes
        and total_minutes <= p99_minutes
        and refund_usd between order_revenue * {{ var('refund_partial_share_from') }} - 0.01
            and order_revenue * {{ var('refund_partial_share_to') }} + 0.01
    )
    or refund_class = 'none'
    and total_minutes > p75_minutes
    and reason not like 'Too little history%'
    and order_revenue is not null
    or response.refund_usd is null
    or cast(response.refund_usd as decimal(10, 2)) <> refund_usd
    or response.refund_class <> refund_class
    or response.reason <> reason

{% endtest %}
