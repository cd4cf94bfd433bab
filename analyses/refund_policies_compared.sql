-- What would a stricter or a more generous refund policy cost, and which kitchen would pay for it?
--
-- What the default dataset shows after its first window: today's policy costs about 2,800 dollars a day, 8 % of
-- revenue, for one order in four. Five minutes of grace save a quarter of that (and leave one order in six); never
-- refunding the whole order saves a seventh; paying from the median on costs three fifths more. The last policy is
-- the revealing one: with the same clock for all (late after 35, whole after 55 minutes) San Francisco and Silicon
-- Valley pay more than half as much again as today and Chicago more than three times as much, because today's policy
-- compares each kitchen with its own last week and so forgives a kitchen that gets slower as a whole.
--
-- How to read it: one row per policy and kitchen over the last 28 days; against_today is dollars a day more or
-- less. An order is late after the policy's first limit and refunded wholly (or by share_full) after its second; in
-- between the refunded share grows in a straight line. Edit the list below for other policies. The first one is
-- computed from the variables of the project and agrees to the cent with refund_recommendations. The figures
-- suppose that customers order as before; what a refund wins back is not in the data.

{% set last_days = 28 %}
{% set share_from = var('refund_partial_share_from') | float %}
{% set share_to = var('refund_partial_share_to') | float %}

{# late_after and full_after are minutes; in between the share grows from share_from to share_to. -#}
{% set policies = [
    {'name': '1 today',
     'late_after': 'p75_minutes', 'full_after': 'p99_minutes',
     'share_from': share_from, 'share_to': share_to, 'share_full': 1},
    {'name': '2 never all of it',
     'late_after': 'p75_minutes', 'full_after': 'p99_minutes',
     'share_from': share_from, 'share_to': share_to, 'share_full': share_to},
    {'name': '3 five minutes of grace',
     'late_after': 'p75_minutes + 5', 'full_after': 'p99_minutes',
     'share_from': share_from, 'share_to': share_to, 'share_full': 1},
    {'name': '4 half the share',
     'late_after': 'p75_minutes', 'full_after': 'p99_minutes',
     'share_from': share_from / 2, 'share_to': share_to / 2, 'share_full': 1},
    {'name': '5 past P99 only',
     'late_after': 'p99_minutes', 'full_after': 'p99_minutes',
     'share_from': 0, 'share_to': 0, 'share_full': 1},
    {'name': '6 from the median on',
     'late_after': 'p50_minutes', 'full_after': 'p99_minutes',
     'share_from': share_from, 'share_to': share_to, 'share_full': 1},
    {'name': '7 same clock for all',
     'late_after': '35', 'full_after': '55',
     'share_from': share_from, 'share_to': share_to, 'share_full': 1},
] %}

with refund_candidates as (
    select * from {{ ref('refund_candidates') }}
),

locations as (
    select * from {{ ref('locations') }}
),

latest as (
    select max(delivered_day) as day from refund_candidates
),

judged_orders as (
    select
        refund_candidates.location_id,
        refund_candidates.delivered_day,
        refund_candidates.total_minutes,
        refund_candidates.p50_minutes,
        refund_candidates.p75_minutes,
        refund_candidates.p99_minutes,
        cast(refund_candidates.order_revenue as double) as revenue
    from refund_candidates
    cross join latest
    where
        refund_candidates.delivered_day < latest.day
        and refund_candidates.delivered_day >= {{ add_days('latest.day', -last_days) }}
        and refund_candidates.total_minutes is not null
        and refund_candidates.order_revenue is not null
        and refund_candidates.p75_minutes is not null
        and refund_candidates.history_deliveries >= {{ var('refund_minimum_deliveries') }}
),

shares as (
    {%- for policy in policies %}
    select
        '{{ policy.name }}' as policy,
        location_id,
        delivered_day,
        revenue,
        case
            when total_minutes > {{ policy.full_after }} then cast({{ policy.share_full }} as double)
            when total_minutes > {{ policy.late_after }}
                then {{ policy.share_from }}
                    + (total_minutes - ({{ policy.late_after }}))
                    / nullif({{ policy.full_after }} - ({{ policy.late_after }}), 0)
                    * ({{ policy.share_to }} - {{ policy.share_from }})
            else 0
        end as share
    from judged_orders
    {{ 'union all' if not loop.last }}
    {%- endfor %}
),

-- As in refund_recommendations, half a cent goes to the customer.
refunds as (
    select
        policy,
        location_id,
        delivered_day,
        revenue,
        floor(100 * revenue * share + 0.5) / 100 as refund
    from shares
),

per_kitchen as (
    select
        policy,
        locations.location_id,
        locations.name as kitchen,
        delivered_day,
        revenue,
        refund
    from refunds
    inner join locations on refunds.location_id = locations.location_id
),

with_total as (
    select * from per_kitchen

    union all

    select
        policy,
        0 as location_id,
        'all kitchens' as kitchen,
        delivered_day,
        revenue,
        refund
    from per_kitchen
),

costs as (
    select
        policy,
        location_id,
        kitchen,
        count(*) as deliveries,
        count(case when refund > 0 then 1 end) as refunded,
        sum(refund) as refund,
        sum(revenue) as revenue,
        sum(refund) / count(distinct delivered_day) as refund_a_day
    from with_total
    group by policy, location_id, kitchen
),

final as (
    select
        costs.policy,
        costs.kitchen,
        round(costs.refund_a_day) as dollars_a_day,
        round(costs.refund_a_day - today.refund_a_day) as against_today,
        round(100 * costs.refund / nullif(costs.revenue, 0), 1) as pct_of_revenue,
        round(100.0 * costs.refunded / costs.deliveries, 1) as pct_of_orders,
        round(costs.refund / nullif(costs.refunded, 0), 2) as dollars_a_refund
    from costs
    inner join costs as today
        on costs.location_id = today.location_id
        and today.policy = '{{ policies[0].name }}'
)

select * from final
order by policy, case when kitchen = 'all kitchens' then 0 else 1 end, kitchen
