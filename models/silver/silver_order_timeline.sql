-- Grain: one row per order that any event has landed of.

{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    meta={
        'partition_column': 'order_day',
        'can_move': true,
        'affected_by': [{
            'model': 'landed_lines',
            'key': 'order_key',
            'upstream_key': hash64('order_id'),
            'day': 'cast(event_ts as date)'
        }]
    }
) }}

{% set days = affected_days() %}
{{ log_window(days) }}

with landed_lines as (
    select * from {{ ref('landed_lines') }}
),

{% if days is not none %}
affected_orders as (
    {{ affected_orders(ref('landed_lines')) }}
),
{% endif %}

readable_lines as (
    select
        order_id,
        location_id,
        event_id,
        event_type,
        event_ts,
        sequence,
        body,
        is_duplicate
    from landed_lines
    where
        rejection_code is null
        {%- if days is not none %}
        {%- set span = affected_orders_span(ref('landed_lines')) %}
        {%- if span.first is not none %}
        and event_ts between timestamp '{{ span.first }}' and timestamp '{{ span.last }}'
        {%- endif %}
        and order_id in (select order_id from affected_orders)
        {%- endif %}
),

events as (
    select * from readable_lines
    where not is_duplicate
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
        min(event_ts) as earliest_ts
    from events
    group by order_id
),

-- Ignored copies count in these two: an order that is affected again is looked up in this span, and each of
-- these days may once have been the order's day.
spans as (
    select
        order_id,
        min(event_ts) as first_event_ts,
        max(event_ts) as last_event_ts
    from readable_lines
    group by order_id
),

deliveries as (
    select
        order_id,
        array_sort(array_agg(distinct cast(event_ts as date))) as delivered_days
    from readable_lines
    where event_type = 'delivered'
    group by order_id
),

recomputed as (
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
        spans.first_event_ts,
        spans.last_event_ts,
        deliveries.delivered_days
    from stages
    inner join spans on stages.order_id = spans.order_id
    left join creations on stages.order_id = creations.order_id and creations.attempt = 1
    left join pickups on stages.order_id = pickups.order_id and pickups.attempt = 1
    left join deliveries on stages.order_id = deliveries.order_id
),

{% if days is not none %}
-- The other orders of the same days do not change, and are written again because a day is replaced whole.
unchanged as (
    select * from {{ this }}
    where
        ({{ in_days('order_day', days) }} or order_day in (select recomputed.order_day from recomputed))
        and order_id not in (select affected_orders.order_id from affected_orders)
),

orders as (
    {{ union_columns(contract_columns(without=['load_number']), ['recomputed', 'unchanged']) }}
),
{% else %}
orders as (
    select * from recomputed
),
{% endif %}

final as (
    select
        *,
        {{ load_number(ref('landed_lines')) }} as load_number
    from orders
)

select * from final
