select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'refund_candidates' union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'refund_candidates' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'refund_candidates' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('refund_candidates', 'silver_order_timeline', 'gold_order_header', 'delivery_percentiles_trailing', 'landed_agent_responses') group by model;

insert into `caspersdev`.`increments`.`changes` select 'refund_candidates', 1, affected_model, '*', cast(null as string) from (select '' as affected_model) as affected;

-- (the columns of the query, or of its contract, are asked for)

-- (information_schema.row_filters is asked)

create or replace table `caspersdev`.`recommender`.`refund_candidates`
    using delta
      CLUSTER BY (delivered_day)
      comment 'Every delivered order with all that its refund is judged by.'
      as
    select order_id, order_key, location_id, order_day, order_ts, delivered_day, total_minutes, order_revenue, p50_minutes, p75_minutes, p99_minutes, history_deliveries, agent_outcome, agent_answer
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
        percentiles.p50_minutes,
        percentiles.p75_minutes,
        percentiles.p99_minutes,
        coalesce(percentiles.deliveries, 0) as history_deliveries,
        ranked_responses.outcome as agent_outcome,
        ranked_responses.answer as agent_answer
    from orders
    left join order_headers on orders.order_id = order_headers.order_id
    left join percentiles
        on orders.location_id = percentiles.location_id
        and orders.delivered_day = percentiles.day
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
