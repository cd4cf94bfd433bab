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

parsed as (
    select
        file,
        line_number,
        line,
        {{ is_json_object('line') }} as is_object,
        {{ json_fields('line', {
            'event_id': 'VARCHAR', 'event_type': 'VARCHAR', 'ts': 'VARCHAR', 'location_id': 'VARCHAR',
            'order_id': 'VARCHAR', 'sequence': 'VARCHAR', 'body': 'VARCHAR'
        }) }} as event
    from lines
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
        {{ parse_landed_timestamp('event.ts') }} as event_ts,
        event.location_id as location_text,
        try_cast(event.location_id as integer) as location_id,
        event.order_id as order_id,
        event.sequence as sequence_text,
        try_cast(event.sequence as integer) as sequence,
        event.body as body,
        {{ is_json_object('event.body') }} as body_is_object
    from parsed
),

-- A whole number survives the way to an integer and back; 1.7 and '1e3' do not.
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
            when event_ts is null then 'ts is not yyyy-MM-dd HH:mm:ss.SSS'
            when order_id is null or order_id = '' then 'order_id is missing'
            when location_text is null then 'location_id is missing'
            when location_id is null or cast(location_id as varchar) <> location_text
                then 'location_id is not a whole number'
            when sequence_text is null then 'sequence is missing'
            when sequence is null or cast(sequence as varchar) <> sequence_text
                then 'sequence is not a whole number'
            when body is null then 'body is missing'
            when not body_is_object then 'body is not a JSON object'
        end as rejection_reason
    from typed
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
        ) as copy_number
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
        {{ last_load(this) + 1 if execute and is_incremental() else 1 }} as load_number,
        cast({{ current_timestamp() }} as timestamp) as loaded_at,
        rejection_reason,
        rejection_reason is null and (copy_number > 1 or coalesce(is_repeated, false)) as is_duplicate,
        raw_line,
        event_key,
        event_id,
        event_type,
        ts,
        event_ts,
        location_id,
        order_id,
        sequence,
        body
    from counted
)

select * from final
-- In the order of landing, so that engines can skip the blocks that a window has no part in.
order by file, line_number
