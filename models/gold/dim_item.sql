-- Grain: one row per item.

{{ config(materialized='view') }}

with items as (
    select * from {{ ref('items') }}
),

menus as (
    select * from {{ ref('menus') }}
),

categories as (
    select * from {{ ref('categories') }}
),

brands as (
    select * from {{ ref('dim_brand') }}
),

conformed_categories as (
    {{ conformed_names('categories', 'id', 'name', 'category') }}
),

final as (
    select
        items.id as item_id,
        items.name,
        items.price,
        items.menu_id,
        menus.name as menu_name,
        items.category_id,
        categories.name as category_name,
        coalesce(conformed_categories.conformed_name, categories.name) as category,
        items.brand_id,
        brands.name as brand_name,
        brands.cuisine,
        brands.cuisine_group
    from items
    left join menus on items.menu_id = menus.id
    left join categories on items.category_id = categories.id
    left join brands on items.brand_id = brands.brand_id
    left join conformed_categories on items.category_id = conformed_categories.named_id
)

select * from final
