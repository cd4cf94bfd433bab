select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'refund_decisions' and (key_name in ('partition', '*') or key_value like '____-__-__') and key_name <> 'partition' union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'refund_decisions' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'refund_decisions' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'refund_decisions' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('refund_decisions', 'landed_decisions', 'silver_order_timeline') group by model;

select count(*) from (select distinct try_cast(key_value as bigint) from `caspersdev`.`increments`.`pending` where model = 'refund_decisions' and key_name = 'partition') as affected;

create or replace temporary view `refund_decisions__dbt_tmp` as
      -- Grain: one row per decision that landed (decision_id), the first copy of it.
with decisions as (
    select * from `caspersdev`.`lakeflow`.`landed_decisions`
    where rejection_code is null and not is_duplicate and order_key in (select distinct try_cast(key_value as bigint) from `caspersdev`.`increments`.`pending` where model = 'refund_decisions' and key_name = 'partition')
),
orders as (
    select
        order_id,
        location_id,
        delivered_day
    from `caspersdev`.`lakeflow`.`silver_order_timeline`
    where order_key in (select distinct try_cast(key_value as bigint) from `caspersdev`.`increments`.`pending` where model = 'refund_decisions' and key_name = 'partition')
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
select * from final;

DESCRIBE TABLE EXTENDED `refund_decisions__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_decisions` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_decisions` AS JSON;

select distinct try_cast(key_value as bigint) from `caspersdev`.`increments`.`pending` where model = 'refund_decisions' and key_name = 'partition';

select distinct change.affected_model, change.key_name, change.key_value from (select explode(array(named_struct('affected_model', 'fct_orders', 'key_name', 'order_key', 'key_value', cast(value_1 as string)), named_struct('affected_model', 'gold_refund_agreement_day', 'key_name', 'partition', 'key_value', cast(value_2 as string)))) as change from (select distinct value_1, value_2 from (select order_key as value_1, delivered_day as value_2 from `caspersdev`.`recommender`.`refund_decisions` where order_key in (4611686018427387904) union all select order_key as value_1, delivered_day as value_2 from `refund_decisions__dbt_tmp`) as replaced_rows) as replaced_values) as changed where change.key_value is not null;

insert into `caspersdev`.`increments`.`changes` values ('refund_decisions', 2, 'silver_order_items', 'partition', '2026-11-20');

insert into `caspersdev`.`recommender`.`refund_decisions` replace where order_key in (4611686018427387904) select `decision_id`, `order_id`, `order_key`, `decided_ts`, `amount_usd`, `refund_class`, `reason`, `decided_by`, `suggested_refund_usd`, `suggested_refund_class`, `suggested_ts`, `revises`, `is_current`, `location_id`, `delivered_day`, `minutes_to_decision` from `refund_decisions__dbt_tmp`;

insert into `caspersdev`.`increments`.`progress` values ('refund_decisions', 'landed_decisions', 2, 2, '[{"partition": "order_key"}]'), ('refund_decisions', 'silver_order_timeline', 2, 2, '[{"partition": "order_key"}]');
