select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'refund_candidates' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'refund_candidates' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'refund_candidates' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'refund_candidates' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('refund_candidates', 'silver_order_timeline', 'gold_order_header', 'delivery_percentiles_trailing', 'landed_agent_responses') group by model;

insert into `caspersdev`.`increments`.`changes` select 'refund_candidates', 1, affected_model, '*', cast(null as string) from (select '' as affected_model) as affected;

-- (the columns of the query, or of its contract, are asked for)

-- (information_schema.row_filters is asked)

create or replace table `caspersdev`.`recommender`.`refund_candidates`
    using delta
      CLUSTER BY (delivered_day)
      comment 'Every delivered order with all that its refund is judged by. Whether an order is late, and why, is decided here, and everybody else takes it from here or from fct_orders.'
      as
    select order_id, order_key, location_id, order_day, order_ts, delivered_day, total_minutes, order_revenue, p50_minutes, p75_minutes, p99_minutes, history_deliveries, is_late, late_cause, agent_outcome, agent_answer
    from (
        -- Grain: one row per delivered order, with all that its refund is judged by.
with orders as (
    select * from `caspersdev`.`lakeflow`.`silver_order_timeline`
    where status = 'delivered' and true
),
order_headers as (
    select * from `caspersdev`.`lakeflow`.`gold_order_header`
),
percentiles as (
    select * from `caspersdev`.`recommender`.`delivery_percentiles_trailing`
    where true
),
responses as (
    select * from `caspersdev`.`lakeflow`.`landed_agent_responses`
    where order_key is not null and agent = 'refund'
),
-- The newest answer to the question about an order; where there is none, the newest try.
ranked_responses as (
    select
        *,
        row_number() over (
            partition by subject_id
            order by outcome = 'answered' desc, asked_ts desc, response_id desc, file desc, line_number desc
        ) as preference
    from responses
),
-- Which stage took longest compared with what is usual in this kitchen; of two the earlier one.
compared as (
    select
        orders.*,
        percentiles.p50_minutes,
        percentiles.p75_minutes,
        percentiles.p99_minutes,
        coalesce(percentiles.deliveries, 0) as history_deliveries,
        orders.total_minutes > percentiles.p75_minutes as is_late,
        (cast(round(orders.kitchen_minutes * 60000) as bigint) - cast(percentiles.usual_kitchen_minutes * 60000 as bigint)) as beyond_kitchen,
        (cast(round(orders.pickup_wait_minutes * 60000) as bigint) - cast(percentiles.usual_pickup_minutes * 60000 as bigint)) as beyond_pickup,
        (cast(round(orders.drive_minutes * 60000) as bigint) - cast(percentiles.usual_drive_minutes * 60000 as bigint)) as beyond_drive
    from orders
    left join percentiles
        on orders.location_id = percentiles.location_id
        and orders.delivered_day = percentiles.day
),
final as (
    select
        orders.order_id,
        orders.order_key,
        orders.location_id,
        orders.order_day,
        orders.created_ts as order_ts,
        orders.delivered_day,
        orders.total_minutes,
        order_headers.order_revenue,
        orders.p50_minutes,
        orders.p75_minutes,
        orders.p99_minutes,
        orders.history_deliveries,
        orders.is_late,
        case
            when orders.is_late then
                case greatest(orders.beyond_kitchen, orders.beyond_pickup, orders.beyond_drive)
                    when orders.beyond_kitchen then 'kitchen'
                    when orders.beyond_pickup then 'pickup'
                    when orders.beyond_drive then 'drive'
                end
        end as late_cause,
        ranked_responses.outcome as agent_outcome,
        ranked_responses.answer as agent_answer
    from compared as orders
    left join order_headers on orders.order_id = order_headers.order_id
    left join ranked_responses
        on orders.order_key = ranked_responses.order_key
        and orders.order_id = ranked_responses.subject_id
        and ranked_responses.preference = 1
)
select * from final
    ) as model_subq;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`refund_candidates` AS JSON;

-- (descriptions become comments (COLUMN of refund_candidates))

insert into `caspersdev`.`increments`.`progress` values ('refund_candidates', 'silver_order_timeline', 1, 0, '[{"partition": "delivered_day"}]'), ('refund_candidates', 'gold_order_header', 1, 0, '[{"key": "order_day"}]'), ('refund_candidates', 'delivery_percentiles_trailing', 1, 0, '[{"partition": "day"}]'), ('refund_candidates', 'landed_agent_responses', 1, 0, '[{"key": "order_key"}]');
