-- Grain: one row per landed line that could not be read as an event.

{{ config(materialized='view') }}

with landed_lines as (
    select * from {{ ref('landed_lines') }}
    where rejection_code is not null
),

rejection_reasons as (
    select * from {{ ref('rejection_reasons') }}
),

final as (
    select
        landed_lines.file,
        landed_lines.line_number,
        landed_lines.raw_line,
        landed_lines.rejection_code,
        rejection_reasons.reason,
        landed_lines.landed_window,
        landed_lines.load_number,
        landed_lines.loaded_at
    from landed_lines
    left join rejection_reasons on landed_lines.rejection_code = rejection_reasons.rejection_code
)

select * from final
