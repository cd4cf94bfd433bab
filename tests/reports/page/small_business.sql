create schema lakeflow;
create table lakeflow.dim_location as
select * from (values (1, 'sf', 'San Francisco'), (2, 'sv', 'Silicon Valley'),
    (3, 'bellevue', $${hostile}$$), (4, 'chicago', 'Chicago'))
    as kitchens (location_id, location_code, name);

create table lakeflow.dim_brand as
select range::integer as brand_id,
    case when range = 3 then $${hostile}$$ else 'Brand ' || range end as name,
    case range % 3 when 0 then 'Healthy' when 1 then 'Asian' else $$A & B$$ end as cuisine_group
from range(1, 7);

create table lakeflow.dim_brand_location as
select brand_id, location_id, date '{first_day}' as launch_date, null::date as exit_date
from lakeflow.dim_brand cross join lakeflow.dim_location where brand_id <> 3
union all select 3, 2, date '{first_day}' + least(10, {days} - 1), null
union all select 5, 4, date '{first_day}', date '{first_day}' + least(12, {days} - 1);

create table lakeflow.fct_orders as
with numbers as (
    select day::integer as day, location_id, number::integer as number,
        day * 13 + location_id * 7 + number * 5 as seed
    from range({days}) as days (day)
    cross join lakeflow.dim_location
    cross join range({orders}) as orders (number)
    -- One kitchen grows, one shrinks, and the last day has only begun.
    where number < case location_id when 1 then 4 + day // 3 when 4 then 12 - day // 3 else 6 end
        and (day < {days} - 1 or number < 2)
),
steps as (
    select *, printf('order-%d-%d-%d', day, location_id, number) as order_id,
        date '{first_day}' + day as order_day,
        case when day = {days} - 1 then number else (number * 5 + location_id * 3) % 24 end
            as order_hour,
        seed % 17 = 0 as is_cancelled,
        10.5 + seed % 9 as kitchen_minutes,
        2.25 + seed % 5 as pickup_wait_minutes,
        6.5 + seed % 7 + case when location_id = 4 then day / 4.0 else 0 end as drive_minutes
    from numbers
),
minutes as (
    select *, kitchen_minutes + pickup_wait_minutes + drive_minutes as total_minutes,
        order_day + order_hour * interval 1 hour as order_ts
    from steps
),
judged as (
    select *, case when day >= 2 and not is_cancelled then total_minutes > 29 end as is_late,
        case when is_cancelled then null when total_minutes > 35 then 'full'
            when total_minutes > 29 then 'partial' else 'none' end as recommended
    from minutes
)
select order_id, location_id, 'customer' || (seed % 23) as customer_id, order_day,
    order_hour::integer as order_hour, order_ts::timestamp as order_ts,
    case when is_cancelled then 'cancelled' else 'delivered' end as status,
    (order_ts + interval 1 minute)::timestamp as started_ts,
    (order_ts + interval 9 minute)::timestamp as ready_ts,
    case when not is_cancelled then (order_ts + interval 12 minute)::timestamp end as picked_up_ts,
    case when not is_cancelled then (order_ts + interval 25 minute)::timestamp end as delivered_ts,
    case when is_cancelled then (order_ts + interval 5 minute)::timestamp end as cancelled_ts,
    kitchen_minutes::double as kitchen_minutes,
    case when not is_cancelled then pickup_wait_minutes::double end as pickup_wait_minutes,
    case when not is_cancelled then drive_minutes::double end as drive_minutes,
    case when not is_cancelled then total_minutes::double end as total_minutes,
    case when not is_cancelled then total_minutes > 31 end as is_past_promise,
    is_late,
    case when is_late then case seed % 4 when 0 then 'pickup' when 1 then 'drive'
        else 'kitchen' end end as late_cause,
    (20 + seed % 11 + 0.25)::decimal(18, 2) as order_revenue,
    (1 + seed % 4)::bigint as total_qty,
    recommended as refund_recommended_class,
    case recommended when 'full' then 20 + seed % 11 + 0.25 when 'partial' then 3.10
        when 'none' then 0 end::decimal(10, 2) as refund_recommended_usd,
    case when {decided} and seed % 3 = 0 then recommended end as refund_decided_class,
    case when {decided} and seed % 3 = 0 then case recommended
        when 'full' then 20 + seed % 11 + 0.25 when 'partial' then 2.00 when 'none' then 0 end
        end::decimal(10, 2) as refund_decided_usd,
    case when is_cancelled then 0 else 18 + seed % 11 end::decimal(18, 2) as net_revenue,
    seed % 8 = 0 and not is_cancelled as has_complaint,
    case when seed % 8 = 0 and not is_cancelled then
        case seed % 3 when 0 then 'food_quality' else 'delivery_delay' end end
        as complaint_category,
    case when seed % 8 = 0 and not is_cancelled then
        case seed % 5 when 0 then 'escalate' else 'suggest_credit' end end as complaint_decision,
    case when seed % 8 = 0 and not is_cancelled then 1.50 end::decimal(10, 2)
        as complaint_credit,
    day > 3 as is_repeat
from judged;

create table lakeflow.dim_customer as
select distinct customer_id from lakeflow.fct_orders;

create table lakeflow.silver_order_items as
select order_id, location_id, order_day, (1 + hash(order_id) % 6)::integer as brand_id,
    total_qty::integer as qty, order_revenue::decimal(12, 2) as extended_price
from lakeflow.fct_orders;

create table lakeflow.silver_courier_shifts as
select 'driver' || location_id || '-' || (row_number() over ()) % 5 as driver_id,
    order_day as shift_day, location_id, count(*)::bigint as orders_delivered,
    240::double as worked_minutes, 80.5::double as driving_minutes,
    60::double as waiting_minutes, 99.5::double as idle_minutes
from lakeflow.fct_orders where status = 'delivered' group by order_day, location_id;

create table lakeflow.gold_data_quality_day as
select location_id, order_day as day, 9 * count(*) as lines, 9 * count(*) - 3 * {faults} as events,
    1::bigint * {faults} as duplicates, 2::bigint * {faults} as rejected,
    0::bigint as rejected_unreadable, 1::bigint * {faults} as rejected_incomplete,
    0::bigint as rejected_wrong_type, 0::bigint as rejected_unknown,
    1::bigint * {faults} as rejected_impossible, 2::bigint * {faults} as late_events,
    count(*) as orders, 1::bigint * {faults} as orders_missing_steps
from lakeflow.fct_orders group by location_id, order_day;

create table lakeflow.gold_refund_agreement_day as
select location_id, order_day as day,
    count(*) filter (where refund_decided_class is not null) as decided,
    count(*) filter (where refund_decided_class in ('none', 'full')) as agreed
from lakeflow.fct_orders group by location_id, order_day;
