select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'complaint_candidates' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'complaint_candidates' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'complaint_candidates' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'complaint_candidates' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('complaint_candidates', 'refund_candidates', 'silver_order_timeline', 'silver_order_items', 'landed_agent_responses') group by model union all select 'newest', null, cast(max(delivered_day) as string), null, null from `caspersdev`.`complaints`.`complaint_candidates`;

create or replace temporary view `complaint_candidates__dbt_tmp` as
      -- Grain: one row per delivered order that complains, with all that the complaint is written and answered from.
with candidates as (
    select * from `caspersdev`.`recommender`.`refund_candidates`
    where delivered_day in (date '2026-11-20')
),
orders as (
    select * from `caspersdev`.`lakeflow`.`silver_order_timeline`
    where status = 'delivered' and delivered_day in (date '2026-11-20')
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
select * from final;

DESCRIBE TABLE EXTENDED `complaint_candidates__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`complaints`.`complaint_candidates` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`complaints`.`complaint_candidates` AS JSON;

insert into `caspersdev`.`increments`.`changes` select 'complaint_candidates', 2, changes.* from (select distinct change.affected_model, change.key_name, change.key_value from (select explode(array(named_struct('affected_model', 'complaint_responses', 'key_name', 'partition', 'key_value', cast(value_1 as string)), named_struct('affected_model', 'raw_complaints', 'key_name', 'partition', 'key_value', cast(value_1 as string)))) as change from (select distinct value_1 from (select delivered_day as value_1 from `caspersdev`.`complaints`.`complaint_candidates` where delivered_day in (date '2026-11-20') union all select delivered_day as value_1 from `complaint_candidates__dbt_tmp`) as replaced_rows) as replaced_values) as changed where change.key_value is not null) as changes;

insert into `caspersdev`.`complaints`.`complaint_candidates` replace where delivered_day in (date '2026-11-20') select `order_id`, `order_key`, `location_id`, `order_day`, `delivered_day`, `delivered_ts`, `complained_ts`, `complaint_category`, `total_minutes`, `promised_minutes`, `order_revenue`, `p50_minutes`, `p75_minutes`, `p99_minutes`, `history_deliveries`, `basket`, `agent_outcome`, `agent_answer` from `complaint_candidates__dbt_tmp`;

insert into `caspersdev`.`increments`.`progress` values ('complaint_candidates', 'refund_candidates', 2, 2, '[{"partition": "delivered_day"}]'), ('complaint_candidates', 'silver_order_timeline', 2, 2, '[{"partition": "delivered_day"}]'), ('complaint_candidates', 'silver_order_items', 2, 2, '[{"key": "order_day"}]'), ('complaint_candidates', 'landed_agent_responses', 2, 2, '[{"key": "order_key"}]');
