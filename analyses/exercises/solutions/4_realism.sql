-- Grain: one row per statistic of docs/realism.md.

with orders as (
    select * from lakeflow.silver_order_timeline
    where order_day < (select max(order_day) from lakeflow.silver_order_timeline)
),

paid as (
    select * from orders
    where subtotal > 0
),

customers as (
    select
        customer_id,
        count(*) as orders
    from orders
    where customer_id is not null
    group by customer_id
),

measured as (
    select
        'orders cancelled' as statistic,
        avg(case when status = 'cancelled' then 1.0 else 0.0 end) as value
    from orders
    union all
    select
        'orders with a tip' as statistic,
        avg(case when tip > 0 then 1.0 else 0.0 end) as value
    from paid
    union all
    select
        'tip of the subtotal where there is one, median' as statistic,
        median(cast(tip as double) / cast(subtotal as double)) as value
    from paid
    where tip > 0
    union all
    select
        'discounts of subtotals' as statistic,
        cast(sum(discount) as double) / cast(sum(subtotal) as double) as value
    from paid
    union all
    select
        'customers with one order' as statistic,
        avg(case when orders = 1 then 1.0 else 0.0 end) as value
    from customers
),

-- The bands of docs/realism.md.
bands as (
    select * from (
        values
        ('orders cancelled', 0.02, 0.04),
        ('orders with a tip', 0.7, 0.98),
        ('tip of the subtotal where there is one, median', 0.05, 0.22),
        ('discounts of subtotals', 0.01, 0.14),
        ('customers with one order', 0.3, 0.7)
    ) as listed (statistic, low, high) -- noqa: AL05
),

final as (
    select
        measured.statistic,
        measured.value,
        case when measured.value between bands.low and bands.high then 'inside' else 'outside' end as verdict
    from measured
    inner join bands on measured.statistic = bands.statistic
)

select * from final
