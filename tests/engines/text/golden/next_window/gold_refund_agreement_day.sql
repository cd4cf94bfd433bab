select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'gold_refund_agreement_day' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'gold_refund_agreement_day' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'gold_refund_agreement_day' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'gold_refund_agreement_day' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('gold_refund_agreement_day', 'refund_recommendations', 'refund_decisions') group by model union all select 'newest', null, cast(max(day) as string), null, null from `caspersdev`.`lakeflow`.`gold_refund_agreement_day`;

create or replace temporary view `gold_refund_agreement_day__dbt_tmp` as
      -- Grain: one row per kitchen and day on which it delivered an order.
with recommendations as (
    select * from `caspersdev`.`recommender`.`refund_recommendations`
    where delivered_day in (date '2026-11-20')
),
decisions as (
    select * from `caspersdev`.`recommender`.`refund_decisions`
    where is_current and delivered_day in (date '2026-11-20')
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
        cast(
        cast(((cast(sum(milliseconds_to_decision) as bigint) + 30 * count(milliseconds_to_decision)) div nullif(60 * count(milliseconds_to_decision), 0)) as decimal(12, 0)) * cast(0.001 as decimal(4, 3)) as decimal(12, 3)
    ) as average_minutes_to_decision
    from compared
    group by location_id, delivered_day
)
select * from final;

DESCRIBE TABLE EXTENDED `gold_refund_agreement_day__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_refund_agreement_day` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_refund_agreement_day` AS JSON;

insert into `caspersdev`.`lakeflow`.`gold_refund_agreement_day` replace where day in (date '2026-11-20') select `location_id`, `day`, `recommended`, `recommended_usd`, `decided`, `decided_usd`, `agreed`, `agreed_usd`, `overridden_up`, `overridden_up_usd`, `overridden_down`, `overridden_down_usd`, `average_minutes_to_decision` from `gold_refund_agreement_day__dbt_tmp`;

insert into `caspersdev`.`increments`.`progress` values ('gold_refund_agreement_day', 'refund_recommendations', 2, 2, '[{"partition": "delivered_day"}]'), ('gold_refund_agreement_day', 'refund_decisions', 2, 2, '[{"partition": "delivered_day"}]');
