select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'gold_order_header' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'gold_order_header' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'gold_order_header' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'gold_order_header' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('gold_order_header', 'silver_order_items') group by model;

insert into `caspersdev`.`increments`.`changes` select 'gold_order_header', 1, affected_model, '*', cast(null as string) from (select '' as affected_model) as affected;

-- (the columns of the query, or of its contract, are asked for)

-- (information_schema.row_filters is asked)

create or replace table `caspersdev`.`lakeflow`.`gold_order_header`
    using delta
      CLUSTER BY (order_day)
      comment 'Gold. One row per order with a readable basket - what was ordered and for how much. An order that is cancelled later was ordered all the same and keeps its row; so do the tables of sales.'
      as
    select order_id, location_id, order_day, order_revenue, total_qty, total_items, brands_in_order
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
        array_sort(collect_set(brand_id)) as brands_in_order
    from order_items
    group by order_id, location_id, order_day
)
select * from final
    ) as model_subq;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`gold_order_header` AS JSON;

-- (descriptions become comments (COLUMN of gold_order_header))

insert into `caspersdev`.`increments`.`progress` values ('gold_order_header', 'silver_order_items', 1, 0, '[{"partition": "order_day"}]');
