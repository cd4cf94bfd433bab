-- Grain: one row per distinct event_id, the first copy that landed.

{{ config(materialized='view') }}

with landed_lines as (
    select * from {{ ref('landed_lines') }}
),

final as (
    select
        event_id,
        event_type,
        ts,
        location_id,
        order_id,
        sequence,
        body,
        event_ts,
        file,
        line_number,
        landed_window,
        load_number,
        loaded_at
    from landed_lines
    where rejection_code is null and not is_duplicate
)

select * from final
