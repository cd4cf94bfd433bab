-- Where do people and the refund policy disagree, what does it cost, and which lateness would have agreed best?
--
-- The default dataset has no decisions until somebody makes some at the desk; without any there is no row.
--
-- How to read it: one row per kitchen and limit, over all decisions of the last 28 days that count. disagreed_pct is
-- the share of the decisions that differ from the suggestion as it was shown, overrides_dollars what they cost beyond
-- it (negative: less was paid). A limit pays an order that took late_after minutes longer than the kitchen's P75;
-- agrees_pct is the share of the decisions that it would have met, as far as whether anything is paid at all. The
-- policy of today is the limit of 0. is_best marks the limit that agrees most often, the lowest of several: where it
-- is not 0, people are more patient than the policy there. People decide about what they are shown, mostly orders for
-- which something is suggested; a limit below 0 cannot be judged by that.

{% set last_days = 28 %}
{% set limits = [0, 5, 10, 15, 20, 25, 30] %}

with recommendations as (
    select * from {{ ref('refund_recommendations') }}
),

decisions as (
    select * from {{ ref('refund_decisions') }}
    where is_current
),

locations as (
    select * from {{ ref('locations') }}
),

latest as (
    select max(delivered_day) as day from recommendations
),

decided_orders as (
    select
        recommendations.location_id,
        recommendations.total_minutes - recommendations.p75_minutes as minutes_late,
        decisions.amount_usd as decided_usd,
        decisions.refund_class as decided_class,
        coalesce(decisions.suggested_refund_usd, recommendations.refund_usd) as suggested_usd,
        coalesce(decisions.suggested_refund_class, recommendations.refund_class) as suggested_class
    from recommendations
    inner join decisions on recommendations.order_id = decisions.order_id
    cross join latest
    where
        recommendations.delivered_day < latest.day
        and recommendations.delivered_day >= {{ add_days('latest.day', -last_days) }}
        and recommendations.total_minutes is not null
        and recommendations.p75_minutes is not null
),

per_kitchen as (
    select
        locations.location_id,
        locations.name as kitchen,
        decided_orders.minutes_late,
        decided_orders.decided_usd,
        decided_orders.suggested_usd,
        case
            when
                decided_orders.decided_usd = decided_orders.suggested_usd
                and decided_orders.decided_class = decided_orders.suggested_class
                then 0
            else 1
        end as disagreed
    from decided_orders
    inner join locations on decided_orders.location_id = locations.location_id
),

with_total as (
    select * from per_kitchen

    union all

    select
        0 as location_id,
        'all kitchens' as kitchen,
        minutes_late,
        decided_usd,
        suggested_usd,
        disagreed
    from per_kitchen
),

limits as (
    {%- for limit in limits %}
    select {{ limit }} as late_after
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

compared as (
    select
        with_total.location_id,
        with_total.kitchen,
        limits.late_after,
        count(*) as decisions,
        sum(with_total.disagreed) as disagreed,
        sum(with_total.decided_usd - with_total.suggested_usd) as overrides,
        sum(case when with_total.decided_usd > with_total.suggested_usd then 1 else 0 end) as raised,
        sum(case when with_total.decided_usd < with_total.suggested_usd then 1 else 0 end) as lowered,
        sum(case when with_total.minutes_late > limits.late_after then 1 else 0 end) as would_be_paid,
        sum(
            case when (with_total.minutes_late > limits.late_after) = (with_total.decided_usd > 0) then 1 else 0 end
        ) as agreeing
    from with_total
    cross join limits
    group by with_total.location_id, with_total.kitchen, limits.late_after
),

ranked as (
    select
        *,
        row_number() over (partition by location_id order by agreeing desc, late_after) as place
    from compared
),

final as (
    select
        kitchen,
        round(100.0 * disagreed / decisions, 1) as disagreed_pct,
        round(overrides) as overrides_dollars,
        late_after,
        round(100.0 * agreeing / decisions, 1) as agrees_pct,
        place = 1 as is_best,
        round(100.0 * raised / decisions, 1) as raised_pct,
        round(100.0 * lowered / decisions, 1) as lowered_pct,
        round(100.0 * would_be_paid / decisions, 1) as paid_pct,
        decisions
    from ranked
)

select * from final
order by case when kitchen = 'all kitchens' then 0 else 1 end, kitchen, late_after
