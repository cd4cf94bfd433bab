-- Grain: one row per kitchen, day and reason (location_id, day, rejection_code) for which lines were rejected; days and
-- kitchens as in gold_data_quality_day.

{{ config(
    materialized='incremental',
    incremental_strategy='replace_partitions',
    meta={'increment': {
        'partition_column': 'day',
        'affected_by': [{'model': 'landed_lines', 'partition': line_day()}]
    }}
) }}

with landed_lines as (
    {{ lines_of_affected_days() }}
),

final as (
    select
        coalesce(location_id, 0) as location_id,
        {{ line_day() }} as day,
        rejection_code,
        count(*) as lines
    from landed_lines
    where rejection_code is not null
    group by coalesce(location_id, 0), {{ line_day() }}, rejection_code
)

select * from final
