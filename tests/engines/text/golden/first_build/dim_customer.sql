select 'pending' as kind, key_name as name, key_value as content, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'dim_customer' and (key_name in ('partition', '*') or key_value like '____-__-__') and key_name <> 'partition' union all select distinct 'looked_up', key_name, null, cast(null as bigint) as step, cast(null as bigint) as change_number from `caspersdev`.`increments`.`pending` where model = 'dim_customer' and not (key_name in ('partition', '*') or key_value like '____-__-__') union all select 'seen', upstream, fingerprint, step, change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where model = 'dim_customer' union all select 'affected', model, fingerprint, cast(null as bigint) as step, cast(null as bigint) as change_number from (select model, upstream, max(step) as step, max(change_number) as change_number, max_by(fingerprint, step) as fingerprint from `caspersdev`.`increments`.`progress` group by model, upstream) as progress where upstream = 'dim_customer' union all select 'latest', model, null, null, max(change_number) from `caspersdev`.`increments`.`changes` where model in ('dim_customer', 'silver_order_timeline', 'silver_order_items') group by model;

insert into `caspersdev`.`increments`.`changes` select 'dim_customer', 1, affected_model, '*', cast(null as string) from (select '' as affected_model) as affected;

-- (the columns of the query, or of its contract, are asked for)

-- (information_schema.row_filters is asked)

create or replace table `caspersdev`.`lakeflow`.`dim_customer`
    using delta
      comment 'Gold. One row per customer who has ordered, cancelled orders included. It knows no names.'
      as
    select customer_key, customer_id, location_id, first_order_key, first_order_id, first_order_ts, first_order_day, cohort_week, latest_order_day, orders, orders_delivered, orders_cancelled, revenue, favourite_brand_id, is_repeat_customer
    from (
        -- Grain: one row per customer who has ordered.
with orders as (
    select * from `caspersdev`.`lakeflow`.`silver_order_timeline`
    where customer_key is not null and true
),
order_items as (
    select * from `caspersdev`.`lakeflow`.`silver_order_items`
),
ranked_orders as (
    select
        *,
        row_number() over (partition by customer_key order by created_ts, order_id) as order_number
    from orders
),
-- Who moves orders elsewhere: the kitchen is that of the first order.
first_orders as (
    select * from ranked_orders
    where order_number = 1
),
order_counts as (
    select
        customer_key,
        max(order_day) as latest_order_day,
        count(*) as orders,
        count(case when status = 'delivered' then 1 end) as orders_delivered,
        count(case when status = 'cancelled' then 1 end) as orders_cancelled
    from orders
    group by customer_key
),
brand_counts as (
    select
        orders.customer_key,
        order_items.brand_id,
        sum(order_items.qty) as items,
        sum(order_items.extended_price) as revenue
    from orders
    inner join order_items
        on orders.order_day = order_items.order_day
        and orders.order_id = order_items.order_id
    group by orders.customer_key, order_items.brand_id
),
ranked_brands as (
    select
        customer_key,
        brand_id,
        row_number() over (partition by customer_key order by items desc, brand_id asc) as preference
    from brand_counts
    where brand_id is not null
),
revenues as (
    select
        customer_key,
        sum(revenue) as revenue
    from brand_counts
    group by customer_key
),
final as (
    select
        first_orders.customer_key,
        first_orders.customer_id,
        first_orders.location_id,
        first_orders.order_key as first_order_key,
        first_orders.order_id as first_order_id,
        first_orders.created_ts as first_order_ts,
        first_orders.order_day as first_order_day,
        cast(date_trunc('week', first_orders.order_day) as date) as cohort_week,
        order_counts.latest_order_day,
        order_counts.orders,
        order_counts.orders_delivered,
        order_counts.orders_cancelled,
        cast(coalesce(revenues.revenue, 0) as decimal(18, 2)) as revenue,
        ranked_brands.brand_id as favourite_brand_id,
        order_counts.orders > 1 as is_repeat_customer
    from first_orders
    inner join order_counts on first_orders.customer_key = order_counts.customer_key
    left join revenues on first_orders.customer_key = revenues.customer_key
    left join ranked_brands
        on first_orders.customer_key = ranked_brands.customer_key
        and ranked_brands.preference = 1
)
select * from final
    ) as model_subq;

DESCRIBE TABLE EXTENDED `caspersdev`.`lakeflow`.`dim_customer` AS JSON;

-- (descriptions become comments (COLUMN of dim_customer))

insert into `caspersdev`.`increments`.`progress` values ('dim_customer', 'silver_order_timeline', 1, 0, '[{"partition": "customer_key"}]'), ('dim_customer', 'silver_order_items', 1, 0, '[{"partition": "(\\n        cast(conv(concat(substring(md5(customer_id), 31, 2),substring(md5(customer_id), 29, 2),substring(md5(customer_id), 27, 2),substring(md5(customer_id), 25, 2),substring(md5(customer_id), 23, 2),substring(md5(customer_id), 21, 2),substring(md5(customer_id), 19, 2),substring(md5(customer_id), 17, 1)\\n        ), 16, 10) as bigint) * 8\\n        + cast(conv(substring(md5(customer_id), 18, 1), 16, 10) as bigint) div 2\\n    )"}]');
