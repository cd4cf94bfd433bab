select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'silver_courier_shifts' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'silver_courier_shifts' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'silver_courier_shifts' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'silver_courier_shifts' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('silver_courier_shifts', 'silver_order_timeline') group by model;

insert into `caspersdev`.`increments`.`changes` select 'silver_courier_shifts', 1, affected_model, '*', cast(null as string) from (select '' as affected_model) as affected;

-- (the columns of the query, or of its contract, are asked for)

-- (information_schema.row_filters is asked)

create or replace table `caspersdev`.`lakeflow`.`silver_courier_shifts`
    using delta
      CLUSTER BY (shift_day)
      comment 'Silver. One row per courier and working day: how many orders were carried, and how the time from the first arrival at the kitchen to the last delivery was spent. An order counts on the working day on which its courier is first heard of; what two orders have in common is one time, not two.'
      as
    select driver_id, shift_day, location_id, began_ts, ended_ts, orders, orders_delivered, orders_batched, worked_minutes, driving_minutes, waiting_minutes, idle_minutes
    from (
        -- Grain: one row per courier and working day (driver_id, shift_day).
with order_timeline as (
    select * from `caspersdev`.`lakeflow`.`silver_order_timeline`
    where driver_id is not null and true
),
ended_orders as (
    select
        driver_id,
        shift_day,
        location_id,
        status,
        driver_arrived_ts,
        picked_up_ts,
        case when status = 'cancelled' then cancelled_ts else delivered_ts end as ended_ts,
        count(picked_up_ts) over (partition by driver_id, shift_day, picked_up_ts) as picked_up_together
    from order_timeline
),
-- An end that is stamped before the courier came is none of the shift.
orders as (
    select
        *,
        case
            when
                ended_ts >= coalesce(driver_arrived_ts, ended_ts) and ended_ts >= coalesce(picked_up_ts, ended_ts)
                then ended_ts
        end as finished_ts
    from ended_orders
),
moments as (
    select
        driver_id,
        shift_day,
        driver_arrived_ts as ts
    from orders
    union all
    select
        driver_id,
        shift_day,
        picked_up_ts as ts
    from orders
    union all
    select
        driver_id,
        shift_day,
        finished_ts as ts
    from orders
),
shifts as (
    select
        driver_id,
        shift_day,
        min(ts) as began_ts,
        max(ts) as ended_ts
    from moments
    group by driver_id, shift_day
),
order_counts as (
    select
        driver_id,
        shift_day,
        min(location_id) as location_id,
        count(*) as orders,
        count(case when status = 'delivered' then 1 end) as orders_delivered,
        count(case when picked_up_together > 1 then 1 end) as orders_batched
    from orders
    group by driver_id, shift_day
),
spans as (
    select
        driver_id,
        shift_day,
        'driving' as activity,
        picked_up_ts as from_ts,
        finished_ts as to_ts
    from orders
    where picked_up_ts < finished_ts
    union all
    -- Whoever waits for an order that is cancelled waits until then.
    select
        driver_id,
        shift_day,
        'waiting' as activity,
        driver_arrived_ts as from_ts,
        coalesce(picked_up_ts, case when status = 'cancelled' then finished_ts end) as to_ts
    from orders
    where driver_arrived_ts < coalesce(picked_up_ts, case when status = 'cancelled' then finished_ts end)
),
-- In milliseconds from midnight of the working day, so that lengths add up exactly.
timed_spans as (
    select
        driver_id,
        shift_day,
        activity,
        cast(round(cast(unix_millis(from_ts) - unix_millis(cast(shift_day as timestamp)) as double)) as bigint) as from_at,
        cast(round(cast(unix_millis(to_ts) - unix_millis(cast(shift_day as timestamp)) as double)) as bigint) as to_at
    from spans
),
-- Orders that are carried together overlap: a moment counts once, and as driving before it counts as waiting.
earlier_spans as (
    select
        *,
        coalesce(max(to_at) over (
            partition by driver_id, shift_day order by from_at, to_at, activity
            rows between unbounded preceding and 1 preceding
        ), from_at) as busy_until,
        coalesce(max(case when activity = 'driving' then to_at end) over (
            partition by driver_id, shift_day order by from_at, to_at, activity
            rows between unbounded preceding and 1 preceding
        ), from_at) as driving_until
    from timed_spans
),
busy_times as (
    select
        driver_id,
        shift_day,
        sum(greatest(to_at - greatest(from_at, busy_until), 0)) as busy,
        sum(case when activity = 'driving' then greatest(to_at - greatest(from_at, driving_until), 0) else 0 end)
            as driving
    from earlier_spans
    group by driver_id, shift_day
),
lengths as (
    select
        shifts.driver_id,
        shifts.shift_day,
        shifts.began_ts,
        shifts.ended_ts,
        cast(unix_millis(shifts.ended_ts) - unix_millis(shifts.began_ts) as double) as worked,
        cast(coalesce(busy_times.busy, 0) as double) as busy,
        cast(coalesce(busy_times.driving, 0) as double) as driving
    from shifts
    left join busy_times on shifts.driver_id = busy_times.driver_id and shifts.shift_day = busy_times.shift_day
),
final as (
    select
        lengths.driver_id,
        lengths.shift_day,
        order_counts.location_id,
        lengths.began_ts,
        lengths.ended_ts,
        order_counts.orders,
        order_counts.orders_delivered,
        order_counts.orders_batched,
        lengths.worked / 60000.0 as worked_minutes,
        lengths.driving / 60000.0 as driving_minutes,
        (lengths.busy - lengths.driving) / 60000.0 as waiting_minutes,
        (lengths.worked - lengths.busy) / 60000.0 as idle_minutes
    from lengths
    inner join order_counts
        on lengths.driver_id = order_counts.driver_id and lengths.shift_day = order_counts.shift_day
)
select * from final
    ) as model_subq;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_courier_shifts` AS JSON;

-- (descriptions become comments (COLUMN of silver_courier_shifts))

insert into `caspersdev`.`increments`.`progress` values ('silver_courier_shifts', 'silver_order_timeline', 1, 0, '[{"partition": "shift_day"}]');
