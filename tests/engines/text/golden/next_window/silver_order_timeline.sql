select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'silver_order_timeline' and key_name <> 'partition' union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'silver_order_timeline' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'silver_order_timeline' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('silver_order_timeline', 'landed_lines') group by model;

select min(first_ts), max(last_ts) from (select min(event_ts) as first_ts, max(event_ts) as last_ts from `caspersdev`.`lakeflow`.`landed_lines` where rejection_code is null and load_number > 1 union all select min(first_event_ts) as first_ts, max(last_event_ts) as last_ts from `caspersdev`.`lakeflow`.`silver_order_timeline` where order_key in (select distinct cast(key_value as bigint) from `caspersdev`.`increments`.`pending` where model = 'silver_order_timeline' and key_name = 'partition')) as spans;

select count(*) from (select distinct cast(key_value as bigint) from `caspersdev`.`increments`.`pending` where model = 'silver_order_timeline' and key_name = 'partition') as affected;

create or replace temporary view `silver_order_timeline__dbt_tmp` as
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
        and event_ts between timestamp '2026-11-20 18:02:03+00:00' and timestamp '2026-11-20 21:29:00+00:00'
        and (
        cast(conv(concat(substring(md5(order_id), 31, 2),substring(md5(order_id), 29, 2),substring(md5(order_id), 27, 2),substring(md5(order_id), 25, 2),substring(md5(order_id), 23, 2),substring(md5(order_id), 21, 2),substring(md5(order_id), 19, 2),substring(md5(order_id), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(order_id), 18, 1), 16, 10) as bigint) div 2
    ) in (select distinct cast(key_value as bigint) from `caspersdev`.`increments`.`pending` where model = 'silver_order_timeline' and key_name = 'partition')
),
-- The first of several creations counts; event_id breaks every tie.
creations as (
    select
        order_id,
        location_id,
        event_id as created_event_id,
        event_ts as created_ts,
        transform(array(from_json(body, 'customer_lat string, customer_lon string, customer_addr string')), field0 -> named_struct('customer_lat', case when abs(try_cast(field0.customer_lat as double)) <= 1e308 then try_cast(field0.customer_lat as double) end, 'customer_lon', case when abs(try_cast(field0.customer_lon as double)) <= 1e308 then try_cast(field0.customer_lon as double) end, 'customer_addr', field0.customer_addr))[0] as customer,
        row_number() over (partition by order_id order by event_ts, sequence, event_id) as attempt
    from events
    where event_type = 'order_created'
),
pickups as (
    select
        order_id,
        transform(array(from_json(body, 'eta_mins string')), field0 -> named_struct('eta_mins', case when abs(try_cast(field0.eta_mins as double)) <= 1e308 then try_cast(field0.eta_mins as double) end))[0] as promise,
        row_number() over (partition by order_id order by event_ts, sequence, event_id) as attempt
    from events
    where event_type = 'driver_picked_up'
),
stages as (
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
        count(case when event_type = 'driver_ping' then 1 end) as pings,
        min(event_ts) as earliest_ts,
        max(event_ts) as latest_ts
    from events
    group by order_id
),
final as (
    select
        stages.order_id,
        (
        cast(conv(concat(substring(md5(stages.order_id), 31, 2),substring(md5(stages.order_id), 29, 2),substring(md5(stages.order_id), 27, 2),substring(md5(stages.order_id), 25, 2),substring(md5(stages.order_id), 23, 2),substring(md5(stages.order_id), 21, 2),substring(md5(stages.order_id), 19, 2),substring(md5(stages.order_id), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(stages.order_id), 18, 1), 16, 10) as bigint) div 2
    ) as order_key,
        coalesce(creations.location_id, stages.location_id) as location_id,
        cast(coalesce(creations.created_ts, stages.earliest_ts) as date) as order_day,
        case when stages.delivered_ts is null then 'in_progress' else 'delivered' end as status,
        creations.created_event_id,
        creations.created_ts,
        stages.creations,
        stages.started_ts,
        stages.finished_ts,
        stages.ready_ts,
        stages.driver_arrived_ts,
        stages.picked_up_ts,
        stages.delivered_ts,
        cast(stages.delivered_ts as date) as delivered_day,
        stages.pings,
        case when stages.started_ts >= creations.created_ts then cast(unix_millis(stages.started_ts) - unix_millis(creations.created_ts) as double) / 60000.0 end as queue_minutes,
        case when stages.finished_ts >= stages.started_ts then cast(unix_millis(stages.finished_ts) - unix_millis(stages.started_ts) as double) / 60000.0 end as prep_minutes,
        case when stages.ready_ts >= stages.finished_ts then cast(unix_millis(stages.ready_ts) - unix_millis(stages.finished_ts) as double) / 60000.0 end as pack_minutes,
        case when stages.picked_up_ts >= stages.ready_ts then cast(unix_millis(stages.picked_up_ts) - unix_millis(stages.ready_ts) as double) / 60000.0 end as pickup_wait_minutes,
        case when stages.picked_up_ts >= stages.driver_arrived_ts then cast(unix_millis(stages.picked_up_ts) - unix_millis(stages.driver_arrived_ts) as double) / 60000.0 end as driver_wait_minutes,
        case when stages.delivered_ts >= stages.picked_up_ts then cast(unix_millis(stages.delivered_ts) - unix_millis(stages.picked_up_ts) as double) / 60000.0 end as drive_minutes,
        case when stages.delivered_ts >= creations.created_ts then cast(unix_millis(stages.delivered_ts) - unix_millis(creations.created_ts) as double) / 60000.0 end as total_minutes,
        pickups.promise.eta_mins as eta_minutes,
        creations.customer.customer_lat as customer_lat,
        creations.customer.customer_lon as customer_lon,
        creations.customer.customer_addr as customer_addr,
        stages.earliest_ts as first_event_ts,
        stages.latest_ts as last_event_ts
    from stages
    left join creations on stages.order_id = creations.order_id and creations.attempt = 1
    left join pickups on stages.order_id = pickups.order_id and pickups.attempt = 1
)
select * from final;

DESCRIBE TABLE EXTENDED `silver_order_timeline__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_order_timeline` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_order_timeline` AS JSON;

select distinct cast(key_value as bigint) from `caspersdev`.`increments`.`pending` where model = 'silver_order_timeline' and key_name = 'partition';

select distinct change.affected_model, change.key_name, change.key_value from (select explode(array(named_struct('affected_model', 'delivery_percentiles_trailing', 'key_name', 'partition', 'key_value', cast(delivered_day as string)), named_struct('affected_model', 'delivery_percentiles_trailing', 'key_name', 'partition', 'key_value', cast(date_add(delivered_day, 1) as string)), named_struct('affected_model', 'delivery_percentiles_trailing', 'key_name', 'partition', 'key_value', cast(date_add(delivered_day, 2) as string)), named_struct('affected_model', 'delivery_percentiles_trailing', 'key_name', 'partition', 'key_value', cast(date_add(delivered_day, 3) as string)), named_struct('affected_model', 'delivery_percentiles_trailing', 'key_name', 'partition', 'key_value', cast(date_add(delivered_day, 4) as string)), named_struct('affected_model', 'delivery_percentiles_trailing', 'key_name', 'partition', 'key_value', cast(date_add(delivered_day, 5) as string)), named_struct('affected_model', 'delivery_percentiles_trailing', 'key_name', 'partition', 'key_value', cast(date_add(delivered_day, 6) as string)), named_struct('affected_model', 'delivery_percentiles_trailing', 'key_name', 'partition', 'key_value', cast(date_add(delivered_day, 7) as string)), named_struct('affected_model', 'gold_data_quality_day', 'key_name', 'partition', 'key_value', cast(order_day as string)), named_struct('affected_model', 'gold_delivery_times_day', 'key_name', 'partition', 'key_value', cast(delivered_day as string)), named_struct('affected_model', 'refund_candidates', 'key_name', 'partition', 'key_value', cast(delivered_day as string)), named_struct('affected_model', 'silver_order_items', 'key_name', 'partition', 'key_value', cast(order_day as string)))) as change from `caspersdev`.`lakeflow`.`silver_order_timeline` where order_key in (4611686018427387904) union all select explode(array(named_struct('affected_model', 'delivery_percentiles_trailing', 'key_name', 'partition', 'key_value', cast(delivered_day as string)), named_struct('affected_model', 'delivery_percentiles_trailing', 'key_name', 'partition', 'key_value', cast(date_add(delivered_day, 1) as string)), named_struct('affected_model', 'delivery_percentiles_trailing', 'key_name', 'partition', 'key_value', cast(date_add(delivered_day, 2) as string)), named_struct('affected_model', 'delivery_percentiles_trailing', 'key_name', 'partition', 'key_value', cast(date_add(delivered_day, 3) as string)), named_struct('affected_model', 'delivery_percentiles_trailing', 'key_name', 'partition', 'key_value', cast(date_add(delivered_day, 4) as string)), named_struct('affected_model', 'delivery_percentiles_trailing', 'key_name', 'partition', 'key_value', cast(date_add(delivered_day, 5) as string)), named_struct('affected_model', 'delivery_percentiles_trailing', 'key_name', 'partition', 'key_value', cast(date_add(delivered_day, 6) as string)), named_struct('affected_model', 'delivery_percentiles_trailing', 'key_name', 'partition', 'key_value', cast(date_add(delivered_day, 7) as string)), named_struct('affected_model', 'gold_data_quality_day', 'key_name', 'partition', 'key_value', cast(order_day as string)), named_struct('affected_model', 'gold_delivery_times_day', 'key_name', 'partition', 'key_value', cast(delivered_day as string)), named_struct('affected_model', 'refund_candidates', 'key_name', 'partition', 'key_value', cast(delivered_day as string)), named_struct('affected_model', 'silver_order_items', 'key_name', 'partition', 'key_value', cast(order_day as string)))) as change from `silver_order_timeline__dbt_tmp`) as changed where change.key_value is not null;

insert into `caspersdev`.`increments`.`changes` values ('silver_order_timeline', 2, 'silver_order_items', 'partition', '2026-11-20');

insert into `caspersdev`.`lakeflow`.`silver_order_timeline` replace where order_key in (4611686018427387904) select `order_id`, `order_key`, `location_id`, `order_day`, `status`, `created_event_id`, `created_ts`, `creations`, `started_ts`, `finished_ts`, `ready_ts`, `driver_arrived_ts`, `picked_up_ts`, `delivered_ts`, `delivered_day`, `pings`, `queue_minutes`, `prep_minutes`, `pack_minutes`, `pickup_wait_minutes`, `driver_wait_minutes`, `drive_minutes`, `total_minutes`, `eta_minutes`, `customer_lat`, `customer_lon`, `customer_addr`, `first_event_ts`, `last_event_ts` from `silver_order_timeline__dbt_tmp`;

insert into `caspersdev`.`increments`.`progress` values ('silver_order_timeline', 'landed_lines', 2, 2, '[{"partition": "(\\n        cast(conv(concat(substring(md5(order_id), 31, 2),substring(md5(order_id), 29, 2),substring(md5(order_id), 27, 2),substring(md5(order_id), 25, 2),substring(md5(order_id), 23, 2),substring(md5(order_id), 21, 2),substring(md5(order_id), 19, 2),substring(md5(order_id), 17, 1)\\n        ), 16, 10) as bigint) * 8\\n        + cast(conv(substring(md5(order_id), 18, 1), 16, 10) as bigint) div 2\\n    )"}]');
