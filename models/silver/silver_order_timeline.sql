-- Grain: one row per order that any event has landed of.

{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    meta={
        'increment': {
            'key_column': 'order_key',
            'affected_by': [{'model': 'landed_lines', 'partition': hash64('order_id')}]
        },
        'published': {'partition': 'order_day'}
    }
) }}

with landed_lines as (
    select * from {{ ref('landed_lines') }}
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
        and {{ is_in_affected_span('event_ts') }}
        and {{ is_affected(hash64('order_id')) }}
),

-- The first of several creations counts; event_id breaks every tie.
creations as (
    select
        order_id,
        location_id,
        event_id as created_event_id,
        event_ts as created_ts,
        {{ json_fields('body', {
            'customer_lat': 'DOUBLE', 'customer_lon': 'DOUBLE', 'customer_addr': 'VARCHAR'
        }) }} as customer,
        row_number() over (partition by order_id order by event_ts, sequence, event_id) as attempt
    from events
    where event_type = 'order_created'
),

pickups as (
    select
        order_id,
        {{ json_fields('body', {'eta_mins': 'DOUBLE'}) }} as promise,
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
        {{ hash64('stages.order_id') }} as order_key,
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
        {{ minutes_between('creations.created_ts', 'stages.started_ts') }} as queue_minutes,
        {{ minutes_between('stages.started_ts', 'stages.finished_ts') }} as prep_minutes,
        {{ minutes_between('stages.finished_ts', 'stages.ready_ts') }} as pack_minutes,
        {{ minutes_between('stages.ready_ts', 'stages.picked_up_ts') }} as pickup_wait_minutes,
        {{ minutes_between('stages.driver_arrived_ts', 'stages.picked_up_ts') }} as driver_wait_minutes,
        {{ minutes_between('stages.picked_up_ts', 'stages.delivered_ts') }} as drive_minutes,
        {{ minutes_between('creations.created_ts', 'stages.delivered_ts') }} as total_minutes,
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

select * from final
