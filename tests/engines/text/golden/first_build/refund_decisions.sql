select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'refund_decisions' and (key_name in ('partition', '*') or key_value like '____-__-__') and key_name <> 'partition' union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'refund_decisions' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'refund_decisions' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'refund_decisions' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('refund_decisions', 'landed_decisions', 'silver_order_timeline') group by model;

insert into `caspersdev`.`increments`.`changes` select 'refund_decisions', 1, affected_model, '*', cast(null as string) from (select '' as affected_model) as affected;

-- (the columns of the query, or of its contract, are asked for)

-- (information_schema.row_filters is asked)

create or replace table `caspersdev`.`recommender`.`refund_decisions`
    using delta
      CLUSTER BY (delivered_day)
      comment 'What people decided about refunds - one row per decision that landed, revised ones too. A decision about an order that is not known stays, without kitchen and day.'
      as
    select decision_id, order_id, order_key, decided_ts, amount_usd, refund_class, reason, decided_by, suggested_refund_usd, suggested_refund_class, suggested_ts, revises, is_current, location_id, delivered_day, minutes_to_decision
    from (
        -- Grain: one row per decision that landed (decision_id), the first copy of it.
with decisions as (
    select * from `caspersdev`.`lakeflow`.`landed_decisions`
    where rejection_code is null and not is_duplicate and true
),
orders as (
    select
        order_id,
        location_id,
        delivered_day
    from `caspersdev`.`lakeflow`.`silver_order_timeline`
    where true
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
        case when decisions.decided_ts >= decisions.suggested_ts then cast(unix_millis(decisions.decided_ts) - unix_millis(decisions.suggested_ts) as double) / 60000.0 end as minutes_to_decision
    from decisions
    left join orders on decisions.order_id = orders.order_id
)
select * from final
    ) as model_subq;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_decisions` AS JSON;

-- (descriptions become comments (COLUMN of refund_decisions))

insert into `caspersdev`.`increments`.`progress` values ('refund_decisions', 'landed_decisions', 1, 0, '[{"partition": "order_key"}]'), ('refund_decisions', 'silver_order_timeline', 1, 0, '[{"partition": "order_key"}]');
