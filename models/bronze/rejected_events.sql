-- Grain: one row per landed line that could not be read as an event.

{{ config(materialized='view') }}

with landed_lines as (
    select * from {{ ref('landed_lines') }}
),

final as (
    select
        file,
        line_number,
        raw_line,
        rejection_reason as reason,
        landed_window,
        load_number,
        loaded_at
    from landed_lines
    where rejection_reason is not null
)

select * from final
