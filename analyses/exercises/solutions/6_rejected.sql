-- Grain: one row per reason for which a landed line became no event of its own.

with lines as (
    select * from lakeflow.landed_lines
),

final as (
    select
        coalesce(rejection_code, 'duplicate') as code,
        count(*) as landed_lines
    from lines
    where rejection_code is not null or is_duplicate
    group by code
)

select * from final
