select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'gold_kitchen_day' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'gold_kitchen_day' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'gold_kitchen_day' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'gold_kitchen_day' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('gold_kitchen_day', 'fct_orders') group by model union all select 'newest', null, cast(max(day) as string), null, null from `caspersdev`.`lakeflow`.`gold_kitchen_day`;

create or replace temporary view `gold_kitchen_day__dbt_tmp` as
      -- Grain: one row per kitchen and day on which it took an order.
--
-- What can be added up over days and kitchens, and no more: the numerators and denominators of the metrics in
-- models/metrics, each under its metric's name. A share or an average is the quotient of two sums of these columns.
-- Minutes as whole milliseconds: their sum does not depend on the order of rows.
with orders as (
    select
        *,
        cast(round(total_minutes * 60000) as bigint) as total_milliseconds,
        cast(round(kitchen_minutes * 60000) as bigint) as kitchen_milliseconds,
        cast(round(pickup_wait_minutes * 60000) as bigint) as pickup_wait_milliseconds,
        cast(round(drive_minutes * 60000) as bigint) as drive_milliseconds
    from `caspersdev`.`lakeflow`.`fct_orders`
    where order_day in (date '2026-11-20')
),
final as (
    select
        location_id,
        order_day as day,
        count(*) as orders,
        count(case when status = 'delivered' then 1 end) as orders_delivered,
        count(case when status = 'cancelled' then 1 end) as orders_cancelled,
        count(order_revenue) as orders_with_basket,
        cast(sum(total_qty) as bigint) as items_sold,
        cast(sum(order_revenue) as decimal(18, 2)) as gross_revenue,
        cast(sum(net_revenue) as decimal(18, 2)) as net_revenue,
        cast(sum(delivery_fee) as decimal(18, 2)) as delivery_fees,
        cast(sum(service_fee) as decimal(18, 2)) as service_fees,
        cast(sum(tax) as decimal(18, 2)) as taxes,
        cast(sum(tip) as decimal(18, 2)) as tips,
        cast(sum(discount) as decimal(18, 2)) as discounts,
        cast(sum(total_paid) as decimal(18, 2)) as charges,
        count(is_late) as judged_orders,
        count(case when is_late then 1 end) as late_orders,
        count(case when late_cause = 'kitchen' then 1 end) as late_orders_kitchen,
        count(case when late_cause = 'pickup' then 1 end) as late_orders_pickup,
        count(case when late_cause = 'drive' then 1 end) as late_orders_drive,
        count(is_past_promise) as promised_orders,
        count(case when not is_past_promise then 1 end) as kept_promises,
        count(is_repeat) as orders_of_known_customers,
        count(case when is_repeat then 1 end) as repeat_orders,
        count(refund_recommended_usd) as scored_orders,
        count(case when refund_recommended_usd > 0 then 1 end) as refunds_recommended,
        cast(sum(refund_recommended_usd) as decimal(18, 2)) as refund_recommended_usd,
        count(case when refund_decided_usd > 0 then 1 end) as refunds_decided,
        cast(sum(refund_decided_usd) as decimal(18, 2)) as refund_decided_usd,
        count(case when has_complaint then 1 end) as complaints,
        cast(sum(complaint_credit) as decimal(18, 2)) as complaint_credit_usd,
        count(total_minutes) as orders_with_total_minutes,
        cast(
        cast((((cast(sum(total_milliseconds) as bigint)) + 30) div 60) as decimal(12, 0))
        * cast(0.001 as decimal(4, 3)) as decimal(12, 3)
    ) as total_minutes,
        count(kitchen_minutes) as orders_with_kitchen_minutes,
        cast(
        cast((((cast(sum(kitchen_milliseconds) as bigint)) + 30) div 60) as decimal(12, 0))
        * cast(0.001 as decimal(4, 3)) as decimal(12, 3)
    ) as kitchen_minutes,
        count(pickup_wait_minutes) as orders_with_pickup_wait_minutes,
        cast(
        cast((((cast(sum(pickup_wait_milliseconds) as bigint)) + 30) div 60) as decimal(12, 0))
        * cast(0.001 as decimal(4, 3)) as decimal(12, 3)
    ) as pickup_wait_minutes,
        count(drive_minutes) as orders_with_drive_minutes,
        cast(
        cast((((cast(sum(drive_milliseconds) as bigint)) + 30) div 60) as decimal(12, 0))
        * cast(0.001 as decimal(4, 3)) as decimal(12, 3)
    ) as drive_minutes
    from orders
    group by location_id, order_day
)
select * from final;

DESCRIBE TABLE EXTENDED `gold_kitchen_day__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_kitchen_day` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_kitchen_day` AS JSON;

insert into `caspersdev`.`lakeflow`.`gold_kitchen_day` replace where day in (date '2026-11-20') select `location_id`, `day`, `orders`, `orders_delivered`, `orders_cancelled`, `orders_with_basket`, `items_sold`, `gross_revenue`, `net_revenue`, `delivery_fees`, `service_fees`, `taxes`, `tips`, `discounts`, `charges`, `judged_orders`, `late_orders`, `late_orders_kitchen`, `late_orders_pickup`, `late_orders_drive`, `promised_orders`, `kept_promises`, `orders_of_known_customers`, `repeat_orders`, `scored_orders`, `refunds_recommended`, `refund_recommended_usd`, `refunds_decided`, `refund_decided_usd`, `complaints`, `complaint_credit_usd`, `orders_with_total_minutes`, `total_minutes`, `orders_with_kitchen_minutes`, `kitchen_minutes`, `orders_with_pickup_wait_minutes`, `pickup_wait_minutes`, `orders_with_drive_minutes`, `drive_minutes` from `gold_kitchen_day__dbt_tmp`;

insert into `caspersdev`.`increments`.`progress` values ('gold_kitchen_day', 'fct_orders', 2, 2, '[{"partition": "order_day"}]');
