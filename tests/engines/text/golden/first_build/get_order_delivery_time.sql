create or replace function `caspersdev`.`ai`.`get_order_delivery_time`(oid string)
        returns table (
            order_id string,
            status string,
            created_ts timestamp,
            delivered_ts timestamp,
            delivery_minutes double,
            cancelled_ts timestamp,
            cancellation_reason string
        )
        return
        -- Grain: the order `oid`; no row if nothing of it has landed.
with orders as (
    select * from `caspersdev`.`lakeflow`.`silver_order_timeline`
),
final as (
    select
        order_id,
        status,
        created_ts,
        case when status = 'delivered' then delivered_ts end as delivered_ts,
        total_minutes as delivery_minutes,
        cancelled_ts,
        cancellation_reason
    from orders
    where order_id = oid
)
select * from final;
