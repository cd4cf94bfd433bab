-- Grain: one row per landed line, in the order of landing (file, line_number).

{{ config(
    materialized='incremental',
    incremental_strategy='replace_touched',
    meta={'replaces': 'file'}
) }}

{% set new_files = new_landed_files() %}
{% set out_of_order = landed_out_of_order(new_files) %}

with lines as (
    {{ read_landed_lines(new_files) }}
),

-- The business as two short lists in one row: looking into them needs no join per basket line.
known as (
    select
        kitchens.location_ids,
        menu.item_ids
    from (select array_agg(location_id) as location_ids from {{ ref('locations') }}) as kitchens
    cross join (select array_agg(id) as item_ids from {{ ref('items') }}) as menu
),

recognised as (
    select
        file,
        line_number,
        line,
        {{ is_json_object('line') }} as is_object
    from lines
),

parsed as (
    select
        file,
        line_number,
        line,
        is_object,
        case when is_object then {{ json_fields('line', {
            'event_id': 'VARCHAR', 'event_type': 'VARCHAR', 'ts': 'VARCHAR', 'location_id': 'VARCHAR',
            'order_id': 'VARCHAR', 'sequence': 'VARCHAR', 'body': 'VARCHAR'
        }) }} end as event
    from recognised
),

typed as (
    select
        file,
        line_number,
        line,
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
        {{ is_json_object('event.body') }} as body_is_object
    from parsed
),

-- Only what is judged below is read from a body, and only from the three types that hold any of it.
-- A time or a kitchen that cannot be is not handed on: nobody downstream has to guard against the year 1.
opened as (
    select
        typed.*,
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
            'items': [{'id': 'DOUBLE', 'price': 'DECIMAL(10,2)', 'qty': 'DOUBLE'}]
        }) }} end as creation,
        case when body_is_object and event_type = 'driver_ping' then {{ json_fields('body', {
            'loc_lat': 'DOUBLE', 'loc_lon': 'DOUBLE'
        }) }} end as ping,
        case when body_is_object and event_type = 'delivered' then {{ json_fields('body', {
            'delivered_lat': 'DOUBLE', 'delivered_lon': 'DOUBLE'
        }) }} end as delivery
    from typed
    cross join known
),

-- A whole number survives the way to an integer and back; 1.7 and '1e3' do not, and nobody is charged for
-- one and a half of a dish. A missing coordinate is a gap in what is known of an event; an impossible one,
-- or a basket that cannot be charged, is no event.
judged as (
    select
        *,
        case
            when line is null then 'blank line'
            when not is_object then 'not a JSON object'
            when event_id is null or event_id = '' then 'event_id is missing'
            when event_type is null then 'event_type is missing'
            when event_type not in (
                'order_created', 'gk_started', 'gk_finished', 'gk_ready',
                'driver_arrived', 'driver_picked_up', 'driver_ping', 'delivered'
            ) then 'event_type is unknown'
            when ts is null then 'ts is missing'
            when stamped_ts is null then 'ts is not yyyy-MM-dd HH:mm:ss.SSS'
            when event_ts is null then 'ts is absurd'
            when order_id is null or order_id = '' then 'order_id is missing'
            when location_text is null then 'location_id is missing'
            when location_number is null or cast(location_number as string) <> location_text
                then 'location_id is not a whole number'
            when location_id is null then 'location_id is unknown'
            when sequence_text is null then 'sequence is missing'
            when sequence is null or cast(sequence as string) <> sequence_text
                then 'sequence is not a whole number'
            when body is null then 'body is missing'
            when not body_is_object then 'body is not a JSON object'
            when event_type = 'order_created' and coalesce({{ list_length('creation.items') }}, 0) = 0
                then 'basket is missing or unreadable'
            when {{ any_in_list(
                'creation.items', 'item',
                'coalesce(try_cast(item.id as integer) <> item.id, true)'
                ' or not array_contains(item_ids, try_cast(item.id as integer))'
            ) }} then 'an item is unknown'
            when {{ any_in_list(
                'creation.items', 'item',
                'coalesce(try_cast(item.qty as integer) <> item.qty, true) or item.qty <= 0'
                ' or item.price is null or item.price < 0'
            ) }} then 'an item has an impossible quantity or price'
            when
                abs(coalesce(creation.customer_lat, ping.loc_lat, delivery.delivered_lat)) > 90
                or abs(coalesce(creation.customer_lon, ping.loc_lon, delivery.delivered_lon)) > 180
                then 'a coordinate is impossible'
        end as rejection_reason
    from opened
),

arrived as (
    select
        file,
        line_number,
        case when rejection_reason is not null then line end as raw_line,
        rejection_reason,
        event_id,
        case when rejection_reason is null then {{ short_hash('event_id') }} end as event_key,
        event_type,
        ts,
        event_ts,
        location_id,
        order_id,
        sequence,
        body
    from judged

    {%- if out_of_order %}

    -- A file whose name sorts before loaded ones holds the first copy of what they repeat: the files with
    -- the later copies are judged again together with it, as a full refresh would.
    union all

    select
        file,
        line_number,
        raw_line,
        rejection_reason,
        event_id,
        event_key,
        event_type,
        ts,
        event_ts,
        location_id,
        order_id,
        sequence,
        body
    from {{ this }}
    where file in (
        select loaded.file
        from {{ this }} as loaded
        inner join judged
            on {{ short_hash('judged.event_id') }} = loaded.event_key
            and judged.event_id = loaded.event_id
            and judged.file < loaded.file
        where judged.rejection_reason is null
    )

    {%- endif %}
),

{% if is_incremental() %}
-- Looked for by key alone first, over all of history; the rows themselves are read only where one is found.
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
    select
        arrived.*,
        row_number() over (
            partition by arrived.event_key, arrived.event_id, arrived.rejection_reason is null
            order by arrived.file, arrived.line_number, arrived.ts, arrived.body
        ) as copy_number,
        max(case when arrived.rejection_reason is null then arrived.event_ts end)
            over (partition by arrived.file) as arrived_ts
        {%- if is_incremental() %},
        already_loaded.first_file < arrived.file as is_repeated
        {%- else %},
        false as is_repeated
        {%- endif %}
    from arrived
    {% if is_incremental() %}
    left join already_loaded on arrived.event_id = already_loaded.event_id
    {% endif %}
),

final as (
    select
        file,
        line_number,
        split_part(file, '.', 1) as landed_window,
        {{ next_load() }} as load_number,
        cast({{ current_timestamp() }} as timestamp) as loaded_at,
        rejection_reason,
        rejection_reason is null and (copy_number > 1 or coalesce(is_repeated, false)) as is_duplicate,
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
-- In the order of landing, so that engines can skip the blocks that a window has no part in.
order by file, line_number
