-- One row per kitchen and day.
select
    dim_location.name as kitchen,
    quality.day,
    quality.lines,
    quality.events,
    quality.duplicates,
    quality.rejected,
    quality.rejected_unreadable,
    quality.rejected_incomplete,
    quality.rejected_wrong_type,
    quality.rejected_unknown,
    quality.rejected_impossible,
    quality.late_events,
    quality.orders_complete,
    quality.orders_cancelled,
    quality.orders_in_progress,
    quality.orders_missing_steps
from read_parquet('published/parquet/lakeflow/gold_data_quality_day/*.parquet') as quality
left join read_parquet('published/parquet/lakeflow/dim_location/*.parquet') as dim_location
    on quality.location_id = dim_location.location_id
order by quality.day, kitchen
