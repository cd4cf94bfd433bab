select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'complaint_candidates' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'complaint_candidates' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'complaint_candidates' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'complaint_candidates' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('complaint_candidates', 'refund_candidates', 'silver_order_timeline', 'silver_order_items', 'landed_agent_responses') group by model;

insert into `caspersdev`.`increments`.`changes` select 'complaint_candidates', 1, affected_model, '*', cast(null as string) from (select '' as affected_model) as affected;

-- (the columns of the query, or of its contract, are asked for)

-- (information_schema.row_filters is asked)

create or replace table `caspersdev`.`complaints`.`complaint_candidates`
    using delta
      CLUSTER BY (delivered_day)
      comment 'Every delivered order that complains, of what, and all that the complaint is written and answered from. Who complains (`complaint_rate`), of what (`complaint_category_shares`) and when depends on the order\'s id alone.'
      as
    select order_id, order_key, location_id, order_day, delivered_day, delivered_ts, complained_ts, complaint_category, total_minutes, promised_minutes, order_revenue, p50_minutes, p75_minutes, p99_minutes, history_deliveries, basket, agent_outcome, agent_answer
    from (
        -- Grain: one row per delivered order that complains, with all that the complaint is written and answered from.
with candidates as (
    select * from `caspersdev`.`recommender`.`refund_candidates`
    where true
),
orders as (
    select * from `caspersdev`.`lakeflow`.`silver_order_timeline`
    where status = 'delivered' and true
),
order_items as (
    select * from `caspersdev`.`lakeflow`.`silver_order_items`
),
responses as (
    select * from `caspersdev`.`lakeflow`.`landed_agent_responses`
    where order_key is not null and agent = 'complaint'
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
-- Numbers from the order's id alone, so that who complains, of what and when never depends on when this ran.
drawn as (
    select
        *,
        (
        cast(conv(concat(substring(md5(concat('complains ', order_id)), 31, 2),substring(md5(concat('complains ', order_id)), 29, 2),substring(md5(concat('complains ', order_id)), 27, 2),substring(md5(concat('complains ', order_id)), 25, 2),substring(md5(concat('complains ', order_id)), 23, 2),substring(md5(concat('complains ', order_id)), 21, 2),substring(md5(concat('complains ', order_id)), 19, 2),substring(md5(concat('complains ', order_id)), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(concat('complains ', order_id)), 18, 1), 16, 10) as bigint) div 2
    ) % 1000000 as complains_draw,
        (
        cast(conv(concat(substring(md5(concat('category ', order_id)), 31, 2),substring(md5(concat('category ', order_id)), 29, 2),substring(md5(concat('category ', order_id)), 27, 2),substring(md5(concat('category ', order_id)), 25, 2),substring(md5(concat('category ', order_id)), 23, 2),substring(md5(concat('category ', order_id)), 21, 2),substring(md5(concat('category ', order_id)), 19, 2),substring(md5(concat('category ', order_id)), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(concat('category ', order_id)), 18, 1), 16, 10) as bigint) div 2
    ) % 1000000 as category_draw,
        (
        cast(conv(concat(substring(md5(concat('delay ', order_id)), 31, 2),substring(md5(concat('delay ', order_id)), 29, 2),substring(md5(concat('delay ', order_id)), 27, 2),substring(md5(concat('delay ', order_id)), 25, 2),substring(md5(concat('delay ', order_id)), 23, 2),substring(md5(concat('delay ', order_id)), 21, 2),substring(md5(concat('delay ', order_id)), 19, 2),substring(md5(concat('delay ', order_id)), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(concat('delay ', order_id)), 18, 1), 16, 10) as bigint) div 2
    ) % 3600 as delay_draw,
        (
        cast(conv(concat(substring(md5(concat('haste ', order_id)), 31, 2),substring(md5(concat('haste ', order_id)), 29, 2),substring(md5(concat('haste ', order_id)), 27, 2),substring(md5(concat('haste ', order_id)), 25, 2),substring(md5(concat('haste ', order_id)), 23, 2),substring(md5(concat('haste ', order_id)), 21, 2),substring(md5(concat('haste ', order_id)), 19, 2),substring(md5(concat('haste ', order_id)), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(concat('haste ', order_id)), 18, 1), 16, 10) as bigint) div 2
    ) % 3600 as haste_draw
    from candidates
),
complaining as (
    select * from drawn
    where complains_draw < 150000
),
baskets as (
    select
        order_items.order_id,
        to_json(array_sort(array_agg(named_struct('line_number', order_items.line_number, 'name', order_items.item_name, 'price_cents', cast(order_items.price * 100 as bigint), 'qty', order_items.qty)))) as basket
    from order_items
    inner join complaining
        on order_items.order_id = complaining.order_id
        and order_items.order_day = complaining.order_day
    where order_items.item_name is not null and order_items.price is not null and order_items.qty is not null
    group by order_items.order_id
),
final as (
    select
        complaining.order_id,
        complaining.order_key,
        complaining.location_id,
        complaining.order_day,
        complaining.delivered_day,
        orders.delivered_ts,
        -- Three minutes to an hour after the delivery, most of them within twenty.
        orders.delivered_ts
        + cast(180 + ((complaining.delay_draw * complaining.haste_draw) div 3600) as integer)
        * interval '1' second as complained_ts,
        case
        when complaining.category_draw < 400000 then 'delivery_delay'
        when complaining.category_draw < 650000 then 'missing_items'
        when complaining.category_draw < 850000 then 'food_quality'
        when complaining.category_draw < 950000 then 'service_issue'
        when complaining.category_draw < 1000000 then 'other'
    end as complaint_category,
        complaining.total_minutes,
        orders.promised_minutes,
        complaining.order_revenue,
        complaining.p50_minutes,
        complaining.p75_minutes,
        complaining.p99_minutes,
        complaining.history_deliveries,
        coalesce(baskets.basket, '[]') as basket,
        ranked_responses.outcome as agent_outcome,
        ranked_responses.answer as agent_answer
    from complaining
    inner join orders on complaining.order_id = orders.order_id
    left join baskets on complaining.order_id = baskets.order_id
    left join ranked_responses
        on complaining.order_key = ranked_responses.order_key
        and complaining.order_id = ranked_responses.subject_id
        and ranked_responses.preference = 1
)
select * from final
    ) as model_subq;

DESCRIBE TABLE EXTENDED `caspersdev`.`complaints`.`complaint_candidates` AS JSON;

-- (descriptions become comments (COLUMN of complaint_candidates))

insert into `caspersdev`.`increments`.`progress` values ('complaint_candidates', 'refund_candidates', 1, 0, '[{"partition": "delivered_day"}]'), ('complaint_candidates', 'silver_order_timeline', 1, 0, '[{"partition": "delivered_day"}]'), ('complaint_candidates', 'silver_order_items', 1, 0, '[{"key": "order_day"}]'), ('complaint_candidates', 'landed_agent_responses', 1, 0, '[{"key": "order_key"}]');
