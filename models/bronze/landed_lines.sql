-- Grain: one row per landed line, in the order of landing (file, line_number).

{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    meta={'increment': {'partition_column': 'file', 'finds_its_partitions': true}}
) }}

{% do refuse_to_judge_without_seeds() %}
{% set streamed_lines = ref('streamed_lines') %}
{% set new_files = new_landed_files(source('landing', 'events'), streamed_lines) %}
{% set out_of_order = landed_out_of_order(new_files) %}
{% set event_fields = {
    'event_id': 'VARCHAR', 'event_type': 'VARCHAR', 'ts': 'VARCHAR', 'location_id': 'VARCHAR',
    'order_id': 'VARCHAR', 'sequence': 'VARCHAR', 'body': 'VARCHAR'
} %}
{% set usual_forms = usual_event_forms() %}

with lines as (
    {{ read_landed_lines(new_files, streamed_lines) }}
),

-- The business as three short lists in one row: a lookup in a list needs no join per basket line.
known as (
    select
        steps.event_types,
        kitchens.location_ids,
        menu.item_ids
    from (select array_agg(event_type) as event_types from {{ ref('event_types') }}) as steps
    cross join (select array_agg(location_id) as location_ids from {{ ref('locations') }}) as kitchens
    cross join (select array_agg(id) as item_ids from {{ ref('items') }}) as menu
),

recognised as (
    select
        file,
        file_bytes,
        line_number,
        line,
        rejection_code as file_rejection_code,
        {{ is_json_object('line', usual_forms=[usual_forms.line]) }} as is_object
    from lines
),

parsed as (
    select
        file,
        file_bytes,
        line_number,
        line,
        file_rejection_code,
        is_object,
        case when is_object then {{ json_fields('line', event_fields) }} end as event
    from recognised
),

typed as (
    select
        file,
        file_bytes,
        line_number,
        line,
        file_rejection_code,
        is_object,
        event.event_id as event_id,
        event.event_type as event_type,
        event.ts as ts,
        {{ parse_landed_timestamp('event.ts') }} as stamped_ts,
        event.location_id as location_text,
        try_cast(event.location_id as integer) as location_number,
        event.order_id as order_id,
        event.sequence as sequence_text,
        try_cast(event.sequence as integer) as sequence,
        event.body as body,
        {{ is_json_object('event.body', usual_forms=usual_forms.bodies) }} as body_is_object
    from parsed
),

-- Only what is judged below is read from a body, and only from the types that hold any of it.
-- An impossible time or kitchen becomes null here, so that no model downstream has to guard against the year 1.
opened as (
    select
        typed.*,
        known.event_types,
        known.item_ids,
        case
            when stamped_ts >= timestamp '2000-01-01 00:00:00' and stamped_ts < timestamp '2100-01-01 00:00:00'
                then stamped_ts
        end as event_ts,
        case
            when cast(location_number as string) = location_text and array_contains(known.location_ids, location_number)
                then location_number
        end as location_id,
        case when body_is_object and event_type = 'order_created' then {{ json_fields('body', {
            'customer_lat': 'DOUBLE', 'customer_lon': 'DOUBLE',
            'items': [{'id': 'DOUBLE', 'price': 'DOUBLE', 'qty': 'DOUBLE'}],
            'customer_id': 'VARCHAR', 'payment': 'VARCHAR'
        }) }} end as creation,
        case when body_is_object and event_type = 'driver_ping' then {{ json_fields('body', {
            'loc_lat': 'DOUBLE', 'loc_lon': 'DOUBLE', 'driver_id': 'VARCHAR'
        }) }} end as ping,
        case when body_is_object and event_type = 'delivered' then {{ json_fields('body', {
            'delivered_lat': 'DOUBLE', 'delivered_lon': 'DOUBLE', 'driver_id': 'VARCHAR'
        }) }} end as delivery,
        case when body_is_object and event_type in ('driver_arrived', 'driver_picked_up') then {{ json_fields('body', {
            'driver_id': 'VARCHAR'
        }) }} end as pickup,
        case when body_is_object and event_type = 'order_cancelled' then {{ json_fields('body', {
            'reason': 'VARCHAR'
        }) }} end as cancellation
    from typed
    cross join known
),

-- A payment is an object in an object: what is none must not make a body unreadable.
paid as (
    select
        *,
        case when {{ is_json_object('creation.payment') }} then {{ json_fields('creation.payment', {
            'subtotal': 'DOUBLE', 'delivery_fee': 'DOUBLE', 'service_fee': 'DOUBLE', 'tax': 'DOUBLE', 'tip': 'DOUBLE',
            'discount': 'DOUBLE', 'total': 'DOUBLE'
        }) }} end as payment,
        coalesce(
            creation.customer_id, ping.driver_id, delivery.driver_id, pickup.driver_id, cancellation.reason
        ) as named
    from opened
),

-- The first condition that holds gives the code (common/reference/rejection_reasons.csv, in the same order).
-- A whole number survives the cast to an integer and back; 1.7 and '1e3' do not, and a customer cannot buy one
-- and a half of a dish. More than 10,000 pieces, 100,000 dollars or a thousand lines would not fit into the types
-- of the tables that follow. A missing coordinate or person leaves a gap in an event; an impossible one, or a basket
-- or payment that cannot be charged, makes the line no event at all.
judged as (
    select
        *,
        case
            when file_rejection_code is not null then file_rejection_code
            when line is null then 'blank_line'
            when not is_object then 'not_an_object'
            when event_id is null or event_id = '' then 'event_id_missing'
            when event_type is null then 'event_type_missing'
            when not coalesce(array_contains(event_types, event_type), false) then 'event_type_unknown'
            when ts is null then 'ts_missing'
            when stamped_ts is null then 'ts_malformed'
            when event_ts is null then 'ts_impossible'
            when order_id is null or order_id = '' then 'order_id_missing'
            when location_text is null then 'location_id_missing'
            when location_number is null or cast(location_number as string) <> location_text
                then 'location_id_malformed'
            when location_id is null then 'location_id_unknown'
            when sequence_text is null then 'sequence_missing'
            when sequence is null or cast(sequence as string) <> sequence_text then 'sequence_malformed'
            when body is null then 'body_missing'
            when not body_is_object then 'body_not_an_object'
            when event_type = 'order_created' and coalesce({{ list_length('creation.items') }}, 0) = 0
                then 'basket_unreadable'
            when {{ any_in_list(
                'creation.items', 'item',
                'coalesce(try_cast(item.id as integer) <> item.id, true)'
                ' or not array_contains(item_ids, try_cast(item.id as integer))'
            ) }} then 'item_unknown'
            when {{ any_in_list(
                'creation.items', 'item',
                'coalesce(try_cast(item.qty as integer) <> item.qty, true) or item.qty <= 0'
                ' or item.qty > 10000 or item.price is null or item.price < 0 or item.qty * item.price >= 100000'
            ) }} then 'item_impossible'
            when {{ list_length('creation.items') }} > 1000 then 'basket_too_long'
            when
                abs(coalesce(creation.customer_lat, ping.loc_lat, delivery.delivered_lat)) > 90
                or abs(coalesce(creation.customer_lon, ping.loc_lon, delivery.delivered_lon)) > 180
                then 'coordinate_impossible'
            when
                creation.payment is not null
                and (
                    payment.subtotal is null or payment.delivery_fee is null or payment.service_fee is null
                    or payment.tax is null or payment.tip is null or payment.discount is null or payment.total is null
                )
                then 'payment_unreadable'
            when
                least(
                    payment.subtotal, payment.delivery_fee, payment.service_fee, payment.tax, payment.tip,
                    payment.discount, payment.total
                ) < 0
                or greatest(
                    payment.subtotal, payment.delivery_fee, payment.service_fee, payment.tax, payment.tip,
                    payment.discount, payment.total
                ) >= 1000000000
                then 'payment_impossible'
            -- The text of an object or of a list.
            when substr(named, 1, 1) in ('{', '[') then 'text_malformed'
        end as rejection_code
    from paid
),

read_now as (
    select
        file,
        line_number,
        file_bytes,
        case when rejection_code is not null then line end as raw_line,
        rejection_code,
        event_id,
        case when rejection_code is null then {{ hash64('event_id') }} end as event_key,
        event_type,
        ts,
        event_ts,
        location_id,
        order_id,
        sequence,
        body
    from judged
),

{% if out_of_order %}
-- A file whose name sorts before loaded ones holds the first copy of what they repeat: the files with the later
-- copies are judged again together with it, as a full refresh would.
read_before as (
    select * from {{ this }}
    where
        file in (
            select loaded.file
            from {{ this }} as loaded
            inner join read_now
                on read_now.event_key = loaded.event_key
                and read_now.event_id = loaded.event_id
                and read_now.file < loaded.file
        )
        and file not in (select new_files.file from ({{ landed_file_sizes(new_files) }}) as new_files)
),

arrived as {{ materialized() }} (
    {{ union_columns(
        contract_columns(without=['landed_window', 'load_number', 'loaded_at', 'is_duplicate', 'arrived_ts']),
        ['read_now', 'read_before']
    ) }}
),
{% else %}
arrived as {{ materialized() }} (
    select * from read_now
),
{% endif %}

{% if is_incremental() %}
-- All of history is searched by key alone first; the rows themselves are read only where one is found.
known_keys as (
    select event_key from {{ this }}
    where event_key in (select arrived.event_key from arrived where arrived.event_key is not null)
),

already_loaded as (
    select
        event_id,
        min(file) as first_file
    from {{ this }}
    where
        event_key in (select known_keys.event_key from known_keys)
        and file not in (select arrived.file from arrived)
    group by event_id
),
{% endif %}

counted as (
    {{ with_copies_marked('arrived', 'already_loaded' if is_incremental() else none) }}
),

final as (
    select
        file,
        line_number,
        file_bytes,
        regexp_replace(file, '([.]jsonl|[.]jsonl[.]gz)$', '') as landed_window,
        {{ load_number() }} as load_number,
        cast({{ current_timestamp() }} as timestamp) as loaded_at,
        rejection_code,
        rejection_code is null and is_copy as is_duplicate,
        raw_line,
        event_key,
        event_id,
        event_type,
        ts,
        event_ts,
        arrived_ts,
        location_id,
        order_id,
        sequence,
        body
    from counted
)

select * from final
-- In the order of landing, so that engines can skip the blocks that hold nothing of a window.
order by file, line_number
