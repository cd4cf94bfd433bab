select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'silver_order_timeline' and (key_name in ('partition', '*') or key_value like '____-__-__') and key_name <> 'partition' union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'silver_order_timeline' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'silver_order_timeline' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'silver_order_timeline' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('silver_order_timeline', 'landed_lines') group by model;

insert into `caspersdev`.`increments`.`changes` select 'silver_order_timeline', 1, affected_model, '*', cast(null as string) from (select '' as affected_model) as affected;

-- (the columns of the query, or of its contract, are asked for)

-- (information_schema.row_filters is asked)

create or replace table `caspersdev`.`lakeflow`.`silver_order_timeline`
    using delta
      CLUSTER BY (order_day)
      comment 'Silver. One row per order that any event has landed of: who ordered and who carried it, when each step happened, how long each stage took, what was charged, and how it ended. Where a step is reported more than once the earliest report counts; an order that was created twice was created by the earlier event. An order of which a cancellation has landed is cancelled, whatever else has landed of it: a delivery that is reported all the same is seen in `delivered_ts` alone.'
      as
    select order_id, order_key, location_id, order_day, status, created_event_id, created_ts, creations, started_ts, finished_ts, ready_ts, driver_arrived_ts, picked_up_ts, delivered_ts, delivered_day, cancelled_ts, cancellation_reason, customer_id, customer_key, driver_id, shift_day, pings, queue_minutes, prep_minutes, pack_minutes, kitchen_minutes, pickup_wait_minutes, driver_wait_minutes, drive_minutes, total_minutes, eta_minutes, promised_minutes, subtotal, delivery_fee, service_fee, tax, tip, discount, total, customer_lat, customer_lon, customer_addr, first_event_ts, last_event_ts
    from (
        -- Grain: one row per order that any event has landed of.
with landed_lines as (
    select * from `caspersdev`.`lakeflow`.`landed_lines`
),
events as (
    select
        order_id,
        location_id,
        event_id,
        event_type,
        event_ts,
        sequence,
        body
    from landed_lines
    where
        rejection_code is null
        and not is_duplicate
        and true
        and true
),
-- The first of several creations counts; event_id breaks every tie.
creations as (
    select
        order_id,
        location_id,
        event_id as created_event_id,
        event_ts as created_ts,
        transform(array(from_json(body, 'customer_lat string, customer_lon string, customer_addr string, customer_id string, promised_mins string, payment string')), field0 -> named_struct('customer_lat', case when abs(try_cast(field0.customer_lat as double)) <= 1e308 then try_cast(field0.customer_lat as double) end, 'customer_lon', case when abs(try_cast(field0.customer_lon as double)) <= 1e308 then try_cast(field0.customer_lon as double) end, 'customer_addr', field0.customer_addr, 'customer_id', field0.customer_id, 'promised_mins', case when abs(try_cast(field0.promised_mins as double)) <= 1e308 then try_cast(field0.promised_mins as double) end, 'payment', field0.payment))[0] as customer,
        row_number() over (partition by order_id order by event_ts, sequence, event_id) as attempt
    from events
    where event_type = 'order_created'
),
first_creations as (
    select
        *,
        transform(array(from_json(customer.payment, 'subtotal string, delivery_fee string, service_fee string, tax string, tip string, discount string, total string')), field0 -> named_struct('subtotal', try_cast(field0.subtotal as DECIMAL(12,2)), 'delivery_fee', try_cast(field0.delivery_fee as DECIMAL(12,2)), 'service_fee', try_cast(field0.service_fee as DECIMAL(12,2)), 'tax', try_cast(field0.tax as DECIMAL(12,2)), 'tip', try_cast(field0.tip as DECIMAL(12,2)), 'discount', try_cast(field0.discount as DECIMAL(12,2)), 'total', try_cast(field0.total as DECIMAL(12,2))))[0] as payment
    from creations
    where attempt = 1
),
pickups as (
    select
        order_id,
        transform(array(from_json(body, 'eta_mins string')), field0 -> named_struct('eta_mins', case when abs(try_cast(field0.eta_mins as double)) <= 1e308 then try_cast(field0.eta_mins as double) end))[0] as promise,
        row_number() over (partition by order_id order by event_ts, sequence, event_id) as attempt
    from events
    where event_type = 'driver_picked_up'
),
driver_reports as (
    select
        order_id,
        event_id,
        event_ts,
        sequence,
        from_json(body, 'driver_id string') as driver
    from events
    where event_type in ('driver_arrived', 'driver_picked_up', 'delivered')
),
-- The courier is the one that the earliest of these events names.
couriers as (
    select
        order_id,
        driver.driver_id as driver_id,
        cast(event_ts - interval '4' hour as date) as shift_day,
        row_number() over (partition by order_id order by event_ts, sequence, event_id) as attempt
    from driver_reports
    where driver.driver_id <> ''
),
cancellations as (
    select
        order_id,
        from_json(body, 'reason string') as cancellation,
        row_number() over (partition by order_id order by event_ts, sequence, event_id) as attempt
    from events
    where event_type = 'order_cancelled'
),
reported as (
    select
        order_id,
        min(location_id) as location_id,
        count(case when event_type = 'order_created' then 1 end) as creations,
        min(case when event_type = 'gk_started' then event_ts end) as started_ts,
        min(case when event_type = 'gk_finished' then event_ts end) as finished_ts,
        min(case when event_type = 'gk_ready' then event_ts end) as ready_ts,
        min(case when event_type = 'driver_arrived' then event_ts end) as driver_arrived_ts,
        min(case when event_type = 'driver_picked_up' then event_ts end) as picked_up_ts,
        min(case when event_type = 'delivered' then event_ts end) as delivered_ts,
        min(case when event_type = 'order_cancelled' then event_ts end) as cancelled_ts,
        count(case when event_type = 'driver_ping' then 1 end) as pings,
        min(event_ts) as earliest_ts,
        max(event_ts) as latest_ts
    from events
    group by order_id
),
-- An order that was cancelled is not delivered, whatever else has landed of it.
stages as (
    select
        *,
        case when cancelled_ts is null then delivered_ts end as accepted_ts
    from reported
),
final as (
    select
        stages.order_id,
        (
        cast(conv(concat(substring(md5(stages.order_id), 31, 2),substring(md5(stages.order_id), 29, 2),substring(md5(stages.order_id), 27, 2),substring(md5(stages.order_id), 25, 2),substring(md5(stages.order_id), 23, 2),substring(md5(stages.order_id), 21, 2),substring(md5(stages.order_id), 19, 2),substring(md5(stages.order_id), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(stages.order_id), 18, 1), 16, 10) as bigint) div 2
    ) as order_key,
        coalesce(first_creations.location_id, stages.location_id) as location_id,
        cast(coalesce(first_creations.created_ts, stages.earliest_ts) as date) as order_day,
        case
            when stages.cancelled_ts is not null then 'cancelled'
            when stages.delivered_ts is not null then 'delivered'
            else 'in_progress'
        end as status,
        first_creations.created_event_id,
        first_creations.created_ts,
        stages.creations,
        stages.started_ts,
        stages.finished_ts,
        stages.ready_ts,
        stages.driver_arrived_ts,
        stages.picked_up_ts,
        stages.delivered_ts,
        cast(stages.accepted_ts as date) as delivered_day,
        stages.cancelled_ts,
        nullif(cancellations.cancellation.reason, '') as cancellation_reason,
        nullif(first_creations.customer.customer_id, '') as customer_id,
        (
        cast(conv(concat(substring(md5(nullif(first_creations.customer.customer_id, '')), 31, 2),substring(md5(nullif(first_creations.customer.customer_id, '')), 29, 2),substring(md5(nullif(first_creations.customer.customer_id, '')), 27, 2),substring(md5(nullif(first_creations.customer.customer_id, '')), 25, 2),substring(md5(nullif(first_creations.customer.customer_id, '')), 23, 2),substring(md5(nullif(first_creations.customer.customer_id, '')), 21, 2),substring(md5(nullif(first_creations.customer.customer_id, '')), 19, 2),substring(md5(nullif(first_creations.customer.customer_id, '')), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(nullif(first_creations.customer.customer_id, '')), 18, 1), 16, 10) as bigint) div 2
    ) as customer_key,
        couriers.driver_id,
        couriers.shift_day,
        stages.pings,
        case when stages.started_ts >= first_creations.created_ts then cast(unix_millis(stages.started_ts) - unix_millis(first_creations.created_ts) as double) / 60000.0 end as queue_minutes,
        case when stages.finished_ts >= stages.started_ts then cast(unix_millis(stages.finished_ts) - unix_millis(stages.started_ts) as double) / 60000.0 end as prep_minutes,
        case when stages.ready_ts >= stages.finished_ts then cast(unix_millis(stages.ready_ts) - unix_millis(stages.finished_ts) as double) / 60000.0 end as pack_minutes,
        case when stages.ready_ts >= first_creations.created_ts then cast(unix_millis(stages.ready_ts) - unix_millis(first_creations.created_ts) as double) / 60000.0 end as kitchen_minutes,
        case when stages.picked_up_ts >= stages.ready_ts then cast(unix_millis(stages.picked_up_ts) - unix_millis(stages.ready_ts) as double) / 60000.0 end as pickup_wait_minutes,
        case when stages.picked_up_ts >= stages.driver_arrived_ts then cast(unix_millis(stages.picked_up_ts) - unix_millis(stages.driver_arrived_ts) as double) / 60000.0 end as driver_wait_minutes,
        case when stages.accepted_ts >= stages.picked_up_ts then cast(unix_millis(stages.accepted_ts) - unix_millis(stages.picked_up_ts) as double) / 60000.0 end as drive_minutes,
        case when stages.accepted_ts >= first_creations.created_ts then cast(unix_millis(stages.accepted_ts) - unix_millis(first_creations.created_ts) as double) / 60000.0 end as total_minutes,
        pickups.promise.eta_mins as eta_minutes,
        first_creations.customer.promised_mins as promised_minutes,
        first_creations.payment.subtotal as subtotal,
        first_creations.payment.delivery_fee as delivery_fee,
        first_creations.payment.service_fee as service_fee,
        first_creations.payment.tax as tax,
        first_creations.payment.tip as tip,
        first_creations.payment.discount as discount,
        first_creations.payment.total as total,
        first_creations.customer.customer_lat as customer_lat,
        first_creations.customer.customer_lon as customer_lon,
        first_creations.customer.customer_addr as customer_addr,
        stages.earliest_ts as first_event_ts,
        stages.latest_ts as last_event_ts
    from stages
    left join first_creations on stages.order_id = first_creations.order_id
    left join pickups on stages.order_id = pickups.order_id and pickups.attempt = 1
    left join couriers on stages.order_id = couriers.order_id and couriers.attempt = 1
    left join cancellations on stages.order_id = cancellations.order_id and cancellations.attempt = 1
)
select * from final
    ) as model_subq;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_order_timeline` AS JSON;

-- (descriptions become comments (COLUMN of silver_order_timeline))

insert into `caspersdev`.`increments`.`progress` values ('silver_order_timeline', 'landed_lines', 1, 0, '[{"partition": "(\\n        cast(conv(concat(substring(md5(order_id), 31, 2),substring(md5(order_id), 29, 2),substring(md5(order_id), 27, 2),substring(md5(order_id), 25, 2),substring(md5(order_id), 23, 2),substring(md5(order_id), 21, 2),substring(md5(order_id), 19, 2),substring(md5(order_id), 17, 1)\\n        ), 16, 10) as bigint) * 8\\n        + cast(conv(substring(md5(order_id), 18, 1), 16, 10) as bigint) div 2\\n    )"}]');
