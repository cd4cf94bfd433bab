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
            'customer_lat': 'DOUBLE', 'customer_lon': 'DOUBLE', 'customer_addr': 'VARCHAR',
            'customer_id': 'VARCHAR', 'promised_mins': 'DOUBLE', 'payment': 'VARCHAR'
        }) }} as customer,
        row_number() over (partition by order_id order by event_ts, sequence, event_id) as attempt
    from events
    where event_type = 'order_created'
),

first_creations as (
    select
        *,
        {{ json_fields('customer.payment', {
            'subtotal': 'DECIMAL(12,2)', 'delivery_fee': 'DECIMAL(12,2)', 'service_fee': 'DECIMAL(12,2)',
            'tax': 'DECIMAL(12,2)', 'tip': 'DECIMAL(12,2)', 'discount': 'DECIMAL(12,2)', 'total': 'DECIMAL(12,2)'
        }) }} as payment
    from creations
    where attempt = 1
),

pickups as (
    select
        order_id,
        {{ json_fields('body', {'eta_mins': 'DOUBLE'}) }} as promise,
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
        {{ json_fields('body', {'driver_id': 'VARCHAR'}) }} as driver
    from events
    where event_type in ('driver_arrived', 'driver_picked_up', 'delivered')
),

-- The courier is the one that the earliest of these events names.
couriers as (
    select
        order_id,
        driver.driver_id as driver_id,
        {{ working_day('event_ts') }} as shift_day,
        row_number() over (partition by order_id order by event_ts, sequence, event_id) as attempt
    from driver_reports
    where driver.driver_id <> ''
),

cancellations as (
    select
        order_id,
        {{ json_fields('body', {'reason': 'VARCHAR'}) }} as cancellation,
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
        {{ hash64('stages.order_id') }} as order_key,
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
        {{ hash64("nullif(first_creations.customer.customer_id, '')") }} as customer_key,
        couriers.driver_id,
        couriers.shift_day,
        stages.pings,
        {{ minutes_between('first_creations.created_ts', 'stages.started_ts') }} as queue_minutes,
        {{ minutes_between('stages.started_ts', 'stages.finished_ts') }} as prep_minutes,
        {{ minutes_between('stages.finished_ts', 'stages.ready_ts') }} as pack_minutes,
        {{ minutes_between('first_creations.created_ts', 'stages.ready_ts') }} as kitchen_minutes,
        {{ minutes_between('stages.ready_ts', 'stages.picked_up_ts') }} as pickup_wait_minutes,
        {{ minutes_between('stages.driver_arrived_ts', 'stages.picked_up_ts') }} as driver_wait_minutes,
        {{ minutes_between('stages.picked_up_ts', 'stages.accepted_ts') }} as drive_minutes,
        {{ minutes_between('first_creations.created_ts', 'stages.accepted_ts') }} as total_minutes,
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
