select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`gold_order_header`;

select day from (select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_items` where load_number > 1) as affected where day is not null;

select day from (select distinct order_day as day from `caspersdev`.`lakeflow`.`gold_order_header` except select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_items`) as affected where day is not null;

select max(order_day) from `caspersdev`.`lakeflow`.`gold_order_header`;

create or replace temporary view `gold_order_header__dbt_tmp` as
      -- Grain: one row per order with a readable basket.
with order_items as (
    select * from `caspersdev`.`lakeflow`.`silver_order_items`
    where order_day in (date '2026-11-20')
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
select * from final;

DESCRIBE TABLE EXTENDED `gold_order_header__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_order_header` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_order_header` AS JSON;

select coalesce(max(load_number), 0) from `caspersdev`.`lakeflow`.`gold_order_header`;

select day from (select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_items` where load_number > 1) as affected where day is not null;

select day from (select distinct order_day as day from `caspersdev`.`lakeflow`.`gold_order_header` except select distinct order_day as day from `caspersdev`.`lakeflow`.`silver_order_items`) as affected where day is not null;

insert into `caspersdev`.`lakeflow`.`gold_order_header`
    replace where order_day in (date '2026-11-20')
    select `order_id`, `location_id`, `order_day`, `order_revenue`, `total_qty`, `total_items`, `brands_in_order`, `load_number` from `gold_order_header__dbt_tmp`;
