select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'silver_order_items' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'silver_order_items' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'silver_order_items' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'silver_order_items' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('silver_order_items', 'landed_lines', 'silver_order_timeline') group by model;

insert into `caspersdev`.`increments`.`changes` select 'silver_order_items', 1, affected_model, '*', cast(null as string) from (select '' as affected_model) as affected;

-- (the columns of the query, or of its contract, are asked for)

-- (information_schema.row_filters is asked)

create or replace table `caspersdev`.`lakeflow`.`silver_order_items`
    using delta
      CLUSTER BY (order_day)
      comment 'Silver. One row per line of an order\'s basket, priced as the customer saw it. Made from the event that created the order.'
      as
    select order_id, line_number, location_id, customer_id, order_ts, order_day, item_id, menu_id, category_id, brand_id, item_name, price, qty, extended_price
    from (
        -- Grain: one row per line of an order's basket (order_id, line_number).
with all_events as (
    select * from `caspersdev`.`lakeflow`.`all_events`
    where event_type = 'order_created' and true
),
orders as (
    select * from `caspersdev`.`lakeflow`.`silver_order_timeline`
    where true
),
-- Only the event that created the order counts: a second creation does not change what was bought.
baskets as (
    select
        orders.order_id,
        orders.location_id,
        orders.customer_id,
        orders.created_ts as order_ts,
        orders.order_day,
        transform(array(from_json(all_events.body, 'items array<struct<id: string, category_id: string, menu_id: string, brand_id: string, name: string, price: string, qty: string>>')), field0 -> named_struct('items', transform(field0.items, field1 -> named_struct('id', case
            when try_cast(field1.id as double) = floor(try_cast(field1.id as double))
                then try_cast(try_cast(field1.id as double) as integer)
        end, 'category_id', case
            when try_cast(field1.category_id as double) = floor(try_cast(field1.category_id as double))
                then try_cast(try_cast(field1.category_id as double) as integer)
        end, 'menu_id', case
            when try_cast(field1.menu_id as double) = floor(try_cast(field1.menu_id as double))
                then try_cast(try_cast(field1.menu_id as double) as integer)
        end, 'brand_id', case
            when try_cast(field1.brand_id as double) = floor(try_cast(field1.brand_id as double))
                then try_cast(try_cast(field1.brand_id as double) as integer)
        end, 'name', field1.name, 'price', try_cast(field1.price as DECIMAL(10,2)), 'qty', case
            when try_cast(field1.qty as double) = floor(try_cast(field1.qty as double))
                then try_cast(try_cast(field1.qty as double) as integer)
        end))))[0] as basket
    from all_events
    inner join orders on all_events.event_id = orders.created_event_id
),
basket_lines as (
    select
        order_id,
        location_id,
        customer_id,
        order_ts,
        order_day,
        posexplode(basket.items) as (line_number, item)
    from baskets
),
final as (
    select
        order_id,
        cast(line_number + 1 as integer) as line_number,
        location_id,
        customer_id,
        order_ts,
        order_day,
        item.id as item_id,
        item.menu_id as menu_id,
        item.category_id as category_id,
        item.brand_id as brand_id,
        item.name as item_name,
        item.price as price,
        item.qty as qty,
        cast(item.price * item.qty as decimal(12, 2)) as extended_price
    from basket_lines
)
select * from final
    ) as model_subq;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_order_items` AS JSON;

-- (descriptions become comments (COLUMN of silver_order_items))

insert into `caspersdev`.`increments`.`progress` values ('silver_order_items', 'silver_order_timeline', 1, 0, '[{"partition": "order_day"}]'), ('silver_order_items', 'landed_lines', 1, 0, '[{"partition": "case when event_type = \'order_created\' then cast(event_ts as date) end"}]');
