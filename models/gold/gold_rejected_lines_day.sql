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

-- Dated and undated lines are fetched apart, so that engines can skip what lies outside the affected days.
with landed_lines as (
    select * from {{ ref('landed_lines') }}
    where event_ts is not null and {{ is_affected_timestamp('event_ts') }}

    union all

    select * from {{ ref('landed_lines') }}
    where event_ts is null and {{ is_affected(line_day()) }}
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
