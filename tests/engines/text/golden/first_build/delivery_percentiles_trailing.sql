select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'delivery_percentiles_trailing' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'delivery_percentiles_trailing' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'delivery_percentiles_trailing' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'delivery_percentiles_trailing' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('delivery_percentiles_trailing', 'gold_delivery_times_day', 'silver_order_timeline') group by model;

insert into `caspersdev`.`increments`.`changes` select 'delivery_percentiles_trailing', 1, affected_model, '*', cast(null as string) from (select '' as affected_model) as affected;

-- (the columns of the query, or of its contract, are asked for)

-- (information_schema.row_filters is asked)

create or replace table `caspersdev`.`recommender`.`delivery_percentiles_trailing`
    using delta
      comment 'What an order is judged by - the delivery times of its kitchen over the completed days before the day of its delivery (`refund_history_days`, default 7). The day itself never counts, so a verdict does not change while the day goes on.'
      as
    select location_id, day, deliveries, p50_minutes, p75_minutes, p99_minutes, usual_kitchen_minutes, usual_pickup_minutes, usual_drive_minutes
    from (
        -- Grain: one row per kitchen and day on which it delivered: the percentiles of the days before it.
with delivery_days as (
    select * from `caspersdev`.`lakeflow`.`gold_delivery_times_day`
    where true
),
orders as (
    select * from `caspersdev`.`lakeflow`.`silver_order_timeline`
    where
        total_minutes is not null
        and true
),
final as (
    select
        delivery_days.location_id,
        delivery_days.day,
        count(orders.order_id) as deliveries,
        cast(
        cast((((get(array_sort(array_agg(cast(round(orders.total_minutes * 60000) as bigint)) filter (where orders.total_minutes is not null)), cast((((count(orders.total_minutes) - 1) * 50) div 100) as int)) * 100 + (get(array_sort(array_agg(cast(round(orders.total_minutes * 60000) as bigint)) filter (where orders.total_minutes is not null)), cast((((count(orders.total_minutes) - 1) * 50 + 99) div 100) as int)) - get(array_sort(array_agg(cast(round(orders.total_minutes * 60000) as bigint)) filter (where orders.total_minutes is not null)), cast((((count(orders.total_minutes) - 1) * 50) div 100) as int))) * (((count(orders.total_minutes) - 1) * 50) % 100)) + 3000) div 6000) as decimal(12, 0))
        * cast(0.001 as decimal(4, 3)) as decimal(12, 3)
    ) as p50_minutes,
        cast(
        cast((((get(array_sort(array_agg(cast(round(orders.total_minutes * 60000) as bigint)) filter (where orders.total_minutes is not null)), cast((((count(orders.total_minutes) - 1) * 75) div 100) as int)) * 100 + (get(array_sort(array_agg(cast(round(orders.total_minutes * 60000) as bigint)) filter (where orders.total_minutes is not null)), cast((((count(orders.total_minutes) - 1) * 75 + 99) div 100) as int)) - get(array_sort(array_agg(cast(round(orders.total_minutes * 60000) as bigint)) filter (where orders.total_minutes is not null)), cast((((count(orders.total_minutes) - 1) * 75) div 100) as int))) * (((count(orders.total_minutes) - 1) * 75) % 100)) + 3000) div 6000) as decimal(12, 0))
        * cast(0.001 as decimal(4, 3)) as decimal(12, 3)
    ) as p75_minutes,
        cast(
        cast((((get(array_sort(array_agg(cast(round(orders.total_minutes * 60000) as bigint)) filter (where orders.total_minutes is not null)), cast((((count(orders.total_minutes) - 1) * 99) div 100) as int)) * 100 + (get(array_sort(array_agg(cast(round(orders.total_minutes * 60000) as bigint)) filter (where orders.total_minutes is not null)), cast((((count(orders.total_minutes) - 1) * 99 + 99) div 100) as int)) - get(array_sort(array_agg(cast(round(orders.total_minutes * 60000) as bigint)) filter (where orders.total_minutes is not null)), cast((((count(orders.total_minutes) - 1) * 99) div 100) as int))) * (((count(orders.total_minutes) - 1) * 99) % 100)) + 3000) div 6000) as decimal(12, 0))
        * cast(0.001 as decimal(4, 3)) as decimal(12, 3)
    ) as p99_minutes,
        cast(
        cast((((get(array_sort(array_agg(cast(round(orders.kitchen_minutes * 60000) as bigint)) filter (where orders.kitchen_minutes is not null)), cast((((count(orders.kitchen_minutes) - 1) * 50) div 100) as int)) * 100 + (get(array_sort(array_agg(cast(round(orders.kitchen_minutes * 60000) as bigint)) filter (where orders.kitchen_minutes is not null)), cast((((count(orders.kitchen_minutes) - 1) * 50 + 99) div 100) as int)) - get(array_sort(array_agg(cast(round(orders.kitchen_minutes * 60000) as bigint)) filter (where orders.kitchen_minutes is not null)), cast((((count(orders.kitchen_minutes) - 1) * 50) div 100) as int))) * (((count(orders.kitchen_minutes) - 1) * 50) % 100)) + 3000) div 6000) as decimal(12, 0))
        * cast(0.001 as decimal(4, 3)) as decimal(12, 3)
    ) as usual_kitchen_minutes,
        cast(
        cast((((get(array_sort(array_agg(cast(round(orders.pickup_wait_minutes * 60000) as bigint)) filter (where orders.pickup_wait_minutes is not null)), cast((((count(orders.pickup_wait_minutes) - 1) * 50) div 100) as int)) * 100 + (get(array_sort(array_agg(cast(round(orders.pickup_wait_minutes * 60000) as bigint)) filter (where orders.pickup_wait_minutes is not null)), cast((((count(orders.pickup_wait_minutes) - 1) * 50 + 99) div 100) as int)) - get(array_sort(array_agg(cast(round(orders.pickup_wait_minutes * 60000) as bigint)) filter (where orders.pickup_wait_minutes is not null)), cast((((count(orders.pickup_wait_minutes) - 1) * 50) div 100) as int))) * (((count(orders.pickup_wait_minutes) - 1) * 50) % 100)) + 3000) div 6000) as decimal(12, 0))
        * cast(0.001 as decimal(4, 3)) as decimal(12, 3)
    ) as usual_pickup_minutes,
        cast(
        cast((((get(array_sort(array_agg(cast(round(orders.drive_minutes * 60000) as bigint)) filter (where orders.drive_minutes is not null)), cast((((count(orders.drive_minutes) - 1) * 50) div 100) as int)) * 100 + (get(array_sort(array_agg(cast(round(orders.drive_minutes * 60000) as bigint)) filter (where orders.drive_minutes is not null)), cast((((count(orders.drive_minutes) - 1) * 50 + 99) div 100) as int)) - get(array_sort(array_agg(cast(round(orders.drive_minutes * 60000) as bigint)) filter (where orders.drive_minutes is not null)), cast((((count(orders.drive_minutes) - 1) * 50) div 100) as int))) * (((count(orders.drive_minutes) - 1) * 50) % 100)) + 3000) div 6000) as decimal(12, 0))
        * cast(0.001 as decimal(4, 3)) as decimal(12, 3)
    ) as usual_drive_minutes
    from delivery_days
    -- The day itself is not part of it: the verdict must not change while the day goes on.
    left join orders
        on delivery_days.location_id = orders.location_id
        and orders.delivered_day >= date_add(delivery_days.day, -7)
        and orders.delivered_day < delivery_days.day
    group by delivery_days.location_id, delivery_days.day
)
select * from final
    ) as model_subq;

DESCRIBE TABLE EXTENDED `caspersdev`.`recommender`.`delivery_percentiles_trailing` AS JSON;

-- (descriptions become comments (COLUMN of delivery_percentiles_trailing))

insert into `caspersdev`.`increments`.`progress` values ('delivery_percentiles_trailing', 'gold_delivery_times_day', 1, 0, '[{"partition": "day"}]'), ('delivery_percentiles_trailing', 'silver_order_timeline', 1, 0, '[{"partition": "delivered_day", "days_after": "7"}]');
