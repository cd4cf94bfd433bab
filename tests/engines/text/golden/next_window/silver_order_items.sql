select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'silver_order_items' and (key_name in ('partition', '*') or key_value like '____-__-__') union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'silver_order_items' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'silver_order_items' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'silver_order_items' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('silver_order_items', 'landed_lines', 'silver_order_timeline') group by model union all select 'newest', null, cast(max(order_day) as string), null, null from `caspersdev`.`lakeflow`.`silver_order_items`;

create or replace temporary view `silver_order_items__dbt_tmp` as
      -- Grain: one row per line of an order's basket (order_id, line_number).
with all_events as (
    select * from `caspersdev`.`lakeflow`.`all_events`
    where event_type = 'order_created' and event_ts >= timestamp '2026-11-20 00:00:00' and event_ts < timestamp '2026-11-21 00:00:00' and cast(event_ts as date) in (date '2026-11-20')
),
orders as (
    select * from `caspersdev`.`lakeflow`.`silver_order_timeline`
    where order_day in (date '2026-11-20')
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
select * from final;

DESCRIBE TABLE EXTENDED `silver_order_items__dbt_tmp` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_order_items` AS JSON;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`silver_order_items` AS JSON;

insert into `caspersdev`.`increments`.`changes` select 'silver_order_items', 2, changes.* from (select distinct change.affected_model, change.key_name, change.key_value from (select explode(array(named_struct('affected_model', 'complaint_candidates', 'key_name', 'order_day', 'key_value', cast(value_1 as string)), named_struct('affected_model', 'dim_customer', 'key_name', 'partition', 'key_value', cast(value_2 as string)), named_struct('affected_model', 'gold_brand_sales_day', 'key_name', 'partition', 'key_value', cast(value_1 as string)), named_struct('affected_model', 'gold_item_sales_day', 'key_name', 'partition', 'key_value', cast(value_1 as string)), named_struct('affected_model', 'gold_location_sales_hourly', 'key_name', 'partition', 'key_value', cast(value_1 as string)), named_struct('affected_model', 'gold_order_header', 'key_name', 'partition', 'key_value', cast(value_1 as string)))) as change from (select distinct value_1, value_2 from (select order_day as value_1, (
        cast(conv(concat(substring(md5(customer_id), 31, 2),substring(md5(customer_id), 29, 2),substring(md5(customer_id), 27, 2),substring(md5(customer_id), 25, 2),substring(md5(customer_id), 23, 2),substring(md5(customer_id), 21, 2),substring(md5(customer_id), 19, 2),substring(md5(customer_id), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(customer_id), 18, 1), 16, 10) as bigint) div 2
    ) as value_2 from `caspersdev`.`lakeflow`.`silver_order_items` where order_day in (date '2026-11-20') union all select order_day as value_1, (
        cast(conv(concat(substring(md5(customer_id), 31, 2),substring(md5(customer_id), 29, 2),substring(md5(customer_id), 27, 2),substring(md5(customer_id), 25, 2),substring(md5(customer_id), 23, 2),substring(md5(customer_id), 21, 2),substring(md5(customer_id), 19, 2),substring(md5(customer_id), 17, 1)
        ), 16, 10) as bigint) * 8
        + cast(conv(substring(md5(customer_id), 18, 1), 16, 10) as bigint) div 2
    ) as value_2 from `silver_order_items__dbt_tmp`) as replaced_rows) as replaced_values) as changed where change.key_value is not null) as changes;

insert into `caspersdev`.`lakeflow`.`silver_order_items` replace where order_day in (date '2026-11-20') select `order_id`, `line_number`, `location_id`, `customer_id`, `order_ts`, `order_day`, `item_id`, `menu_id`, `category_id`, `brand_id`, `item_name`, `price`, `qty`, `extended_price` from `silver_order_items__dbt_tmp`;

insert into `caspersdev`.`increments`.`progress` values ('silver_order_items', 'silver_order_timeline', 2, 2, '[{"partition": "order_day"}]'), ('silver_order_items', 'landed_lines', 2, 2, '[{"partition": "case when event_type = \'order_created\' then cast(event_ts as date) end"}]');
