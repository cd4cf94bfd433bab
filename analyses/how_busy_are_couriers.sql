-- How much of a shift do couriers drive, wait and idle, and which shifts have too many or too few of them?
--
-- What the default dataset shows after its first window: a courier drives a third of a shift, waits a quarter of it at
-- the kitchen and is idle for the rest. Shifts that begin from 08:00 to 20:00 carry 2.3 to 2.8 orders an hour and are
-- busiest in Chicago, where every sixth order shares its courier; those that begin before 06:00 or after 20:00 are
-- idle for more than half of the time. Silicon Valley is the other way round: its couriers have little to do until
-- 20:00 and are busy at night. The quarter at the kitchen is lost everywhere and at every hour: where_drivers_wait
-- says what to do about that.
--
-- How to read it: shifts of the last 28 days by kitchen and by the two hours in which they begin (from_hour 10 is
-- 10:00 to 12:00). driving_pct, waiting_pct and idle_pct add up to 100: with an order on board; at the kitchen, until
-- the order is handed over; and the rest, which is the way back and time without an order. Many orders an hour with
-- little idle time ask for one more courier, a long wait for cooks, and much idle time for a shorter shift.
-- batched_pct: orders that left together with another one. Beginnings that are rarer than every second day
-- are left out. A dataset that does not name its couriers has no rows.

{% set last_days = 28 %}

with courier_shifts as (
    select * from {{ ref('silver_courier_shifts') }}
),

locations as (
    select * from {{ ref('locations') }}
),

latest as (
    select max(shift_day) as day from courier_shifts
),

shifts as (
    select
        courier_shifts.*,
        2 * floor(extract(hour from courier_shifts.began_ts) / 2) as from_hour
    from courier_shifts
    cross join latest
    where
        courier_shifts.shift_day < latest.day
        and courier_shifts.shift_day >= {{ add_days('latest.day', -last_days) }}
),

days as (
    select count(distinct shift_day) as days from shifts
),

beginnings as (
    select
        location_id,
        from_hour,
        count(*) as shifts,
        sum(orders) as orders,
        sum(orders_batched) as orders_batched,
        sum(worked_minutes) as worked,
        sum(driving_minutes) as driving,
        sum(waiting_minutes) as waiting,
        sum(idle_minutes) as idle
    from shifts
    group by location_id, from_hour
),

final as (
    select
        locations.name as kitchen,
        cast(beginnings.from_hour as integer) as from_hour,
        round(100 * beginnings.driving / nullif(beginnings.worked, 0)) as driving_pct,
        round(100 * beginnings.waiting / nullif(beginnings.worked, 0)) as waiting_pct,
        round(100 * beginnings.idle / nullif(beginnings.worked, 0)) as idle_pct,
        round(60 * beginnings.orders / nullif(beginnings.worked, 0), 1) as orders_an_hour,
        round(100.0 * beginnings.orders_batched / beginnings.orders) as batched_pct,
        round(beginnings.worked / 60 / beginnings.shifts, 1) as hours,
        round(1.0 * beginnings.shifts / days.days, 1) as shifts_a_day
    from beginnings
    inner join locations on beginnings.location_id = locations.location_id
    cross join days
    where 2 * beginnings.shifts >= days.days
)

select * from final
order by kitchen, from_hour
