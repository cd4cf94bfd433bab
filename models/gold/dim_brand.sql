-- Grain: one row per brand.

{{ config(materialized='view') }}

with brands as (
    select * from {{ ref('brands') }}
),

brand_locations as (
    select * from {{ ref('dim_brand_location') }}
),

careers as (
    select
        brand_id,
        count(*) as kitchens,
        min(launch_date) as launch_date,
        -- Gone is a brand that has left every kitchen.
        case when count(exit_date) = count(*) then max(exit_date) end as exit_date
    from brand_locations
    group by brand_id
),

cuisine_groups as (
    {{ conformed_names('brands', 'brand_id', 'cuisine_type', 'cuisine') }}
),

final as (
    select
        brands.brand_id,
        brands.name,
        brands.cuisine_type as cuisine,
        coalesce(cuisine_groups.conformed_name, brands.cuisine_type) as cuisine_group,
        brands.avg_prep_time_min,
        coalesce(careers.kitchens, 0) as kitchens,
        careers.launch_date,
        careers.exit_date
    from brands
    left join careers on brands.brand_id = careers.brand_id
    left join cuisine_groups on brands.brand_id = cuisine_groups.named_id
)

select * from final
