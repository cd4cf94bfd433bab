-- (the columns of the query, or of its contract, are asked for)

-- (information_schema.row_filters is asked)

create or replace table `caspersdev`.`lakeflow`.`gold_item_sales_day`
    using delta
      comment 'Gold. Units and revenue of each item on each day on which it was sold.'
      as
    select item_id, menu_id, category_id, brand_id, day, units_sold, gross_revenue, load_number
    from (
        -- Grain: one row per item (item_id, menu_id, category_id, brand_id) and day on which it was sold.
with order_items as (
    select * from `caspersdev`.`lakeflow`.`silver_order_items`
    where true
),
final as (
    select
        item_id,
        menu_id,
        category_id,
        brand_id,
        order_day as day,
        cast(sum(qty) as bigint) as units_sold,
        cast(sum(extended_price) as decimal(18, 2)) as gross_revenue,
        (select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`silver_order_items`) as load_number
    from order_items
    group by item_id, menu_id, category_id, brand_id, order_day
)
select * from final
    ) as model_subq;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_item_sales_day` AS JSON;

-- (descriptions become comments (COLUMN of gold_item_sales_day))
