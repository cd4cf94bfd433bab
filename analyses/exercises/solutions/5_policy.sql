-- Grain: one row per kitchen. `policy` is the copy that was built with the other policy.

with before as (
    select * from recommender.refund_recommendations
),

after as (
    select * from policy.refund_recommendations
),

locations as (
    select * from simulator.locations
),

final as (
    select
        locations.name as kitchen,
        count(case when after.refund_usd > before.refund_usd then 1 end) as dearer_orders,
        sum(before.refund_usd) as before_usd,
        sum(after.refund_usd) as after_usd,
        100.0 * (sum(after.refund_usd) / sum(before.refund_usd) - 1) as dearer_pct
    from before
    inner join after on before.order_id = after.order_id
    inner join locations on before.location_id = locations.location_id
    group by locations.name
)

select * from final
