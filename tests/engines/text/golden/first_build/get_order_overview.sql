create or replace function `caspersdev`.`ai`.`get_order_overview`(oid string)
        returns table (
            order_id string,
            status string,
            cancellation_reason string,
            created_ts timestamp,
            location_id integer,
            location_name string,
            customer_id string,
            customer_addr string,
            order_revenue decimal(18,2),
            total_qty bigint,
            total_items bigint,
            brands_in_order array<integer>
        )
        return
        -- Grain: the order `oid`; no row if nothing of it has landed.
with orders as (
    select * from `caspersdev`.`lakeflow`.`silver_order_timeline`
),
order_headers as (
    select * from `caspersdev`.`lakeflow`.`gold_order_header`
),
locations as (
    select * from `caspersdev`.`simulator`.`locations`
),
final as (
    select
        orders.order_id,
        orders.status,
        orders.cancellation_reason,
        orders.created_ts,
        orders.location_id,
        locations.name as location_name,
        orders.customer_id,
        orders.customer_addr,
        order_headers.order_revenue,
        order_headers.total_qty,
        order_headers.total_items,
        order_headers.brands_in_order
    from orders
    left join order_headers on orders.order_id = order_headers.order_id
    left join locations on orders.location_id = locations.location_id
    where orders.order_id = oid
)
select * from final;
