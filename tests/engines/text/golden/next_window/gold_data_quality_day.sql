select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'gold_data_quality_day' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'gold_data_quality_day' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'gold_data_quality_day' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'gold_data_quality_day' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('gold_data_quality_day', 'landed_lines', 'silver_order_timeline', 'rejection_reasons') group by model union all select 'newest', null, cast(max(day) as string), null, null from `caspersdev`.`lakeflow`.`gold_data_quality_day`;

select 'rejection_reasons' as seed, concat(cast(count(*) as string), ':',
        cast(coalesce(sum((
        cast(conv(concat(substring(md5(to_json(struct(content.*))), 31, 2),substring(md5(to_json(struct(content.*))), 29, 2),substring(md5(to_json(struct(content.*))), 27, 2),substring(md5(to_json(struct(content.*))), 25, 2),substring(md5(to_json(struct(content.*))), 23, 2),substring(md5(to_json(struct(content.*))), 21, 2),substring(md5(to_json(struct(content.*))), 19, 2),substring(md5(to_json(struct(content.*))), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(to_json(struct(content.*))), 18, 1), 16, 10) as bigint) div 2
    ) % 1000000007), 0) as string))
    as fingerprint from `caspersdev`.`simulator`.`rejection_reasons` as content;

create or replace temporary view `gold_data_quality_day__dbt_tmp` as
      -- Grain: one row per kitchen and day: what landed of it and what became of it.
--
-- Lines count on the day on which they say that they happened, orders on the day on which they were created. A
-- line without a time counts on the day on which its file arrived, and on 1970-01-01 where the file holds no event
-- at all; a line that names no known kitchen counts under location_id 0.
with landed_lines as (
    select * from `caspersdev`.`lakeflow`.`landed_lines`
    where event_ts is not null and event_ts >= timestamp '2026-11-20 00:00:00' and event_ts < timestamp '2026-11-21 00:00:00' and cast(event_ts as date) in (date '2026-11-20')
    union all
    select * from `caspersdev`.`lakeflow`.`landed_lines`
    where event_ts is null and coalesce(cast(event_ts as date), cast(arrived_ts as date), date '1970-01-01') in (date '2026-11-20')
),
-- GPS fixes are not required: a drive of less than a minute has none.
orders as (
    select
        *,
        created_ts is null
        or (started_ts is null and coalesce(finished_ts, ready_ts, picked_up_ts, delivered_ts) is not null)
        or (finished_ts is null and coalesce(ready_ts, picked_up_ts, delivered_ts) is not null)
        or (ready_ts is null and coalesce(picked_up_ts, delivered_ts) is not null)
        or (driver_arrived_ts is null and coalesce(picked_up_ts, delivered_ts) is not null)
        or (picked_up_ts is null and (pings > 0 or delivered_ts is not null)) as lacks_a_step
    from `caspersdev`.`lakeflow`.`silver_order_timeline`
    where order_day in (date '2026-11-20')
),
rejection_reasons as (
    select * from `caspersdev`.`simulator`.`rejection_reasons`
),
lines as (
    select
        coalesce(landed_lines.location_id, 0) as location_id,
        coalesce(cast(event_ts as date), cast(arrived_ts as date), date '1970-01-01') as day,
        landed_lines.rejection_code is null and not landed_lines.is_duplicate as is_event,
        landed_lines.is_duplicate,
        rejection_reasons.fault_group,
        case when landed_lines.rejection_code is null and not landed_lines.is_duplicate then
            cast(unix_millis(landed_lines.arrived_ts) - unix_millis(landed_lines.event_ts) as double) / 60000.0
        end as lateness_minutes,
        case
        when regexp_replace(landed_lines.landed_window, '^window-[0-9]{18}-[0-9]{18}$', '') = '' then (
            try_cast(split_part(landed_lines.landed_window, '-', 3) as bigint)
            - try_cast(split_part(landed_lines.landed_window, '-', 2) as bigint)
        ) / 60000000.0
    end as window_minutes
    from landed_lines
    left join rejection_reasons on landed_lines.rejection_code = rejection_reasons.rejection_code
),
lines_of_a_day as (
    select
        location_id,
        day,
        count(*) as lines,
        count(case when is_event then 1 end) as events,
        count(case when is_duplicate then 1 end) as duplicates,
        count(fault_group) as rejected,
        count(case when fault_group = 'unreadable' then 1 end) as rejected_unreadable,
        count(case when fault_group = 'incomplete' then 1 end) as rejected_incomplete,
        count(case when fault_group = 'wrong type' then 1 end) as rejected_wrong_type,
        count(case when fault_group = 'unknown' then 1 end) as rejected_unknown,
        count(case when fault_group = 'impossible' then 1 end) as rejected_impossible,
        count(case when lateness_minutes > window_minutes then 1 end) as late_events,
        cast(
        cast((((get(array_sort(array_agg(cast(round(lateness_minutes * 60000) as bigint)) filter (where lateness_minutes is not null)), cast((((count(lateness_minutes) - 1) * 50) div 100) as int)) * 100 + (get(array_sort(array_agg(cast(round(lateness_minutes * 60000) as bigint)) filter (where lateness_minutes is not null)), cast((((count(lateness_minutes) - 1) * 50 + 99) div 100) as int)) - get(array_sort(array_agg(cast(round(lateness_minutes * 60000) as bigint)) filter (where lateness_minutes is not null)), cast((((count(lateness_minutes) - 1) * 50) div 100) as int))) * (((count(lateness_minutes) - 1) * 50) % 100)) + 3000) div 6000) as decimal(12, 0))
        * cast(0.001 as decimal(4, 3)) as decimal(12, 3)
    ) as p50_lateness_minutes,
        cast(
        cast((((cast(round(max(lateness_minutes) * 60000) as bigint)) + 30) div 60) as decimal(12, 0))
        * cast(0.001 as decimal(4, 3)) as decimal(12, 3)
    ) as max_lateness_minutes
    from lines
    group by location_id, day
),
orders_of_a_day as (
    select
        location_id,
        order_day as day,
        count(*) as orders,
        count(created_ts) as orders_created,
        count(case when status = 'delivered' and not lacks_a_step then 1 end) as orders_complete,
        count(case when status = 'cancelled' and not lacks_a_step then 1 end) as orders_cancelled,
        count(case when lacks_a_step then 1 end) as orders_missing_steps,
        count(case when status = 'in_progress' and not lacks_a_step then 1 end) as orders_in_progress,
        count(case when delivered_ts < created_ts then 1 end) as orders_delivered_before_created,
        count(case when creations > 1 then 1 end) as orders_created_twice
    from orders
    group by location_id, order_day
),
final as (
    select
        coalesce(lines_of_a_day.location_id, orders_of_a_day.location_id) as location_id,
        coalesce(lines_of_a_day.day, orders_of_a_day.day) as day,
        coalesce(lines, 0) as lines,
        coalesce(events, 0) as events,
        coalesce(duplicates, 0) as duplicates,
        coalesce(rejected, 0) as rejected,
        coalesce(rejected_unreadable, 0) as rejected_unreadable,
        coalesce(rejected_incomplete, 0) as rejected_incomplete,
        coalesce(rejected_wrong_type, 0) as rejected_wrong_type,
        coalesce(rejected_unknown, 0) as rejected_unknown,
        coalesce(rejected_impossible, 0) as rejected_impossible,
        coalesce(late_events, 0) as late_events,
        p50_lateness_minutes,
        max_lateness_minutes,
        coalesce(orders, 0) as orders,
        coalesce(orders_created, 0) as orders_created,
        coalesce(orders_complete, 0) as orders_complete,
        coalesce(orders_cancelled, 0) as orders_cancelled,
        coalesce(orders_missing_steps, 0) as orders_missing_steps,
        coalesce(orders_in_progress, 0) as orders_in_progress,
        coalesce(orders_delivered_before_created, 0) as orders_delivered_before_created,
        coalesce(orders_created_twice, 0) as orders_created_twice
    from lines_of_a_day
    full outer join orders_of_a_day
        on lines_of_a_day.location_id = orders_of_a_day.location_id
        and lines_of_a_day.day = orders_of_a_day.day
)
select * from final;

DESCRIBE TABLE EXTENDED `gold_data_quality_day__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_data_quality_day` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_data_quality_day` AS JSON;

insert into `caspersdev`.`lakeflow`.`gold_data_quality_day` replace where day in (date '2026-11-20') select `location_id`, `day`, `lines`, `events`, `duplicates`, `rejected`, `rejected_unreadable`, `rejected_incomplete`, `rejected_wrong_type`, `rejected_unknown`, `rejected_impossible`, `late_events`, `p50_lateness_minutes`, `max_lateness_minutes`, `orders`, `orders_created`, `orders_complete`, `orders_cancelled`, `orders_missing_steps`, `orders_in_progress`, `orders_delivered_before_created`, `orders_created_twice` from `gold_data_quality_day__dbt_tmp`;

insert into `caspersdev`.`increments`.`progress` values ('gold_data_quality_day', 'landed_lines', 2, 2, '[{"partition": "coalesce(cast(event_ts as date), cast(arrived_ts as date), date \'1970-01-01\')"}]'), ('gold_data_quality_day', 'silver_order_timeline', 2, 2, '[{"partition": "order_day"}]'), ('gold_data_quality_day', 'rejection_reasons', 2, 2, '4:1234567890');
