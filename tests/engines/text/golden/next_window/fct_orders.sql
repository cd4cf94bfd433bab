select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'fct_orders' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'fct_orders' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'fct_orders' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'fct_orders' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('fct_orders', 'silver_order_timeline', 'gold_order_header', 'refund_candidates', 'refund_recommendations', 'refund_decisions', 'complaint_responses', 'dim_customer') group by model union all select 'newest', null, cast(max(order_day) as string), null, null from `caspersdev`.`lakeflow`.`fct_orders`;

create or replace temporary view `fct_orders__dbt_tmp` as
      -- Grain: one row per order that any event has landed of, with all that is asked of an order.
with orders as (
    select * from `caspersdev`.`lakeflow`.`silver_order_timeline`
    where order_day in (date '2026-11-20')
),
order_headers as (
    select * from `caspersdev`.`lakeflow`.`gold_order_header`
    where order_day in (date '2026-11-20')
),
candidates as (
    select * from `caspersdev`.`recommender`.`refund_candidates`
    where order_day in (date '2026-11-20')
),
recommendations as (
    select * from `caspersdev`.`recommender`.`refund_recommendations`
),
decisions as (
    select * from `caspersdev`.`recommender`.`refund_decisions`
    where is_current
),
complaints as (
    select * from `caspersdev`.`complaints`.`complaint_responses`
),
customers as (
    select * from `caspersdev`.`lakeflow`.`dim_customer`
),
-- Tables of deliveries are read on the days of these deliveries alone.
final as (
    select
        orders.order_id,
        orders.order_key,
        orders.location_id,
        orders.customer_id,
        orders.customer_key,
        customers.first_order_key,
        orders.driver_id,
        orders.shift_day,
        orders.order_day,
        cast(extract(hour from orders.created_ts) as integer) as order_hour,
        orders.status,
        orders.created_ts as order_ts,
        orders.started_ts,
        orders.finished_ts,
        orders.ready_ts,
        orders.driver_arrived_ts,
        orders.picked_up_ts,
        orders.delivered_ts,
        orders.delivered_day,
        orders.cancelled_ts,
        orders.cancellation_reason,
        orders.queue_minutes,
        orders.prep_minutes,
        orders.pack_minutes,
        orders.kitchen_minutes,
        orders.pickup_wait_minutes,
        orders.driver_wait_minutes,
        orders.drive_minutes,
        orders.total_minutes,
        orders.promised_minutes,
        orders.total_minutes - orders.promised_minutes as minutes_past_promise,
        orders.total_minutes > orders.promised_minutes as is_past_promise,
        candidates.p50_minutes,
        candidates.p75_minutes,
        candidates.p99_minutes,
        candidates.is_late,
        candidates.late_cause,
        order_headers.order_revenue,
        order_headers.total_qty,
        order_headers.total_items,
        order_headers.brands_in_order,
        orders.delivery_fee,
        orders.service_fee,
        orders.tax,
        orders.tip,
        orders.discount,
        orders.total as total_paid,
        recommendations.refund_class as refund_recommended_class,
        recommendations.refund_usd as refund_recommended_usd,
        decisions.refund_class as refund_decided_class,
        decisions.amount_usd as refund_decided_usd,
        decisions.decided_ts,
        cast(
            case
                when orders.status = 'cancelled' then 0
                else
                    order_headers.order_revenue - coalesce(orders.discount, 0) - coalesce(decisions.amount_usd, 0)
            end as decimal(18, 2)
        ) as net_revenue,
        complaints.complaint_id is not null as has_complaint,
        complaints.complaint_category,
        complaints.decision as complaint_decision,
        complaints.credit_amount as complaint_credit,
        orders.order_key != customers.first_order_key as is_repeat
    from orders
    left join order_headers on orders.order_id = order_headers.order_id
    left join candidates on orders.order_id = candidates.order_id
    left join recommendations
        on orders.delivered_day = recommendations.delivered_day
        and orders.order_id = recommendations.order_id
    left join decisions on orders.order_id = decisions.order_id
    left join complaints
        on orders.delivered_day = complaints.delivered_day
        and orders.order_id = complaints.order_id
    left join customers on orders.customer_key = customers.customer_key
)
select * from final;

DESCRIBE TABLE EXTENDED `fct_orders__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`fct_orders` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`fct_orders` AS JSON;

insert into `caspersdev`.`increments`.`changes` select 'fct_orders', 2, changes.* from (select distinct change.affected_model, change.key_name, change.key_value from (select explode(array(named_struct('affected_model', 'gold_kitchen_day', 'key_name', 'partition', 'key_value', cast(value_1 as string)))) as change from (select distinct value_1 from (select order_day as value_1 from `caspersdev`.`lakeflow`.`fct_orders` where order_day in (date '2026-11-20') union all select order_day as value_1 from `fct_orders__dbt_tmp`) as replaced_rows) as replaced_values) as changed where change.key_value is not null) as changes;

insert into `caspersdev`.`lakeflow`.`fct_orders` replace where order_day in (date '2026-11-20') select `order_id`, `order_key`, `location_id`, `customer_id`, `customer_key`, `first_order_key`, `driver_id`, `shift_day`, `order_day`, `order_hour`, `status`, `order_ts`, `started_ts`, `finished_ts`, `ready_ts`, `driver_arrived_ts`, `picked_up_ts`, `delivered_ts`, `delivered_day`, `cancelled_ts`, `cancellation_reason`, `queue_minutes`, `prep_minutes`, `pack_minutes`, `kitchen_minutes`, `pickup_wait_minutes`, `driver_wait_minutes`, `drive_minutes`, `total_minutes`, `promised_minutes`, `minutes_past_promise`, `is_past_promise`, `p50_minutes`, `p75_minutes`, `p99_minutes`, `is_late`, `late_cause`, `order_revenue`, `total_qty`, `total_items`, `brands_in_order`, `delivery_fee`, `service_fee`, `tax`, `tip`, `discount`, `total_paid`, `refund_recommended_class`, `refund_recommended_usd`, `refund_decided_class`, `refund_decided_usd`, `decided_ts`, `net_revenue`, `has_complaint`, `complaint_category`, `complaint_decision`, `complaint_credit`, `is_repeat` from `fct_orders__dbt_tmp`;

insert into `caspersdev`.`increments`.`progress` values ('fct_orders', 'silver_order_timeline', 2, 2, '[{"partition": "order_day"}]'), ('fct_orders', 'gold_order_header', 2, 2, '[{"partition": "order_day"}]'), ('fct_orders', 'refund_candidates', 2, 2, '[{"partition": "order_day"}]'), ('fct_orders', 'refund_recommendations', 2, 2, '[{"key": "delivered_day"}]'), ('fct_orders', 'refund_decisions', 2, 2, '[{"key": "order_key"}]'), ('fct_orders', 'complaint_responses', 2, 2, '[{"key": "delivered_day"}]'), ('fct_orders', 'dim_customer', 2, 2, '[{"key": "first_order_key", "when_changed": "True"}]');
