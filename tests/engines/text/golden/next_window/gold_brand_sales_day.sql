select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`gold_brand_sales_day`;

select day from (select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_items` where load_number > 1) as affected where day is not null;

select day from (select distinct day as day from `caspersdev`.`lakeflow`.`gold_brand_sales_day` except select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_items`) as affected where day is not null;

select max(day) from `caspersdev`.`lakeflow`.`gold_brand_sales_day`;

create or replace temporary view `gold_brand_sales_day__dbt_tmp` as
      -- Grain: one row per brand and day on which it sold anything.
with order_items as (
    select * from `caspersdev`.`lakeflow`.`silver_order_items`
    where order_day in (date '2026-11-20')
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
select * from final;

DESCRIBE TABLE EXTENDED `gold_brand_sales_day__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_brand_sales_day` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_brand_sales_day` AS JSON;

select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`gold_brand_sales_day`;

select day from (select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_items` where load_number > 1) as affected where day is not null;

select day from (select distinct day as day from `caspersdev`.`lakeflow`.`gold_brand_sales_day` except select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_items`) as affected where day is not null;

insert into `caspersdev`.`lakeflow`.`gold_brand_sales_day`
    replace where day in (date '2026-11-20')
    select `brand_id`, `day`, `orders`, `items_sold`, `brand_revenue`, `load_number` from `gold_brand_sales_day__dbt_tmp`;
