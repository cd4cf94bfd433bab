-- (the columns of the query, or of its contract, are asked for)

-- (information_schema.row_filters is asked)

create or replace table `caspersdev`.`lakeflow`.`gold_order_header`
    using delta
      CLUSTER BY (order_day)
      comment 'Gold. One row per order with a readable basket - what was sold and for how much.'
      as
    select order_id, location_id, order_day, order_revenue, total_qty, total_items, brands_in_order, load_number
    from (
        -- Grain: one row per order with a readable basket.
with order_items as (
    select * from `caspersdev`.`lakeflow`.`silver_order_items`
    where true
),
final as (
    select
        order_id,
        location_id,
        order_day,
        cast(sum(extended_price) as decimal(18, 2)) as order_revenue,
        cast(sum(qty) as bigint) as total_qty,
        count(item_id) as total_items,
        array_sort(array_agg(distinct brand_id) filter (where brand_id is not null)) as brands_in_order,
        (select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`silver_order_items`) as load_number
    from order_items
    group by order_id, location_id, order_day
)
select * from final
    ) as model_subq;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_order_header` AS JSON;

-- (descriptions become comments (COLUMN of gold_order_header))
