-- (the columns of the query, or of its contract, are asked for)

-- (information_schema.row_filters is asked)

create or replace table `caspersdev`.`lakeflow`.`gold_brand_sales_day`
    using delta
      comment 'Gold. Orders, items and revenue of each brand on each day on which it sold anything.'
      as
    select brand_id, day, orders, items_sold, brand_revenue, load_number
    from (
        -- Grain: one row per brand and day on which it sold anything.
with order_items as (
    select * from `caspersdev`.`lakeflow`.`silver_order_items`
    where true
),
final as (
    select
        brand_id,
        order_day as day,
        count(distinct order_id) as orders,
        cast(sum(qty) as bigint) as items_sold,
        cast(sum(extended_price) as decimal(18, 2)) as brand_revenue,
        (select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`silver_order_items`) as load_number
    from order_items
    group by brand_id, order_day
)
select * from final
    ) as model_subq;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_brand_sales_day` AS JSON;

-- (descriptions become comments (COLUMN of gold_brand_sales_day))
