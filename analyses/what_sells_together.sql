-- Which brands do customers order together more, or less, often than chance would have it?
--
-- What the default dataset shows after its first window: nothing. Of 425 pairs one is further from chance than three
-- standard deviations, and chance alone would put one there. So a bundle of two brands has no natural partner: choose
-- it by margin and cooking time instead.
--
-- How to read it: for each kitchen the five pairs with the most, and the five with the least, orders together
-- against chance. by_chance is what to expect if the brands of mixed baskets were drawn by their popularity of that
-- week. standard_deviations is the distance from it: look at a pair beyond 4, forget one within 3. lift is together
-- divided by by_chance, and impressive only for rare pairs. pairs_compared says how many pairs the extremes were
-- picked from.

{% set last_days = 70 %}
{% set shown_each_way = 5 %}

with order_items as (
    select * from {{ ref('silver_order_items') }}
),

brands as (
    select * from {{ ref('brands') }}
),

locations as (
    select * from {{ ref('locations') }}
),

latest as (
    select max(order_day) as day from order_items
),

-- Brands come, grow and go; a pair is compared within its own week, so that this is not mistaken for taste.
order_brands as (
    select distinct
        order_items.location_id,
        cast(date_trunc('week', order_items.order_day) as date) as week,
        order_items.order_id,
        order_items.brand_id
    from order_items
    cross join latest
    where
        order_items.order_day < latest.day
        and order_items.order_day >= {{ add_days('latest.day', -last_days) }}
        and order_items.brand_id is not null
),

pairs as (
    select
        one.location_id,
        one.week,
        one.brand_id as brand_id,
        other.brand_id as other_brand_id
    from order_brands as one
    inner join order_brands as other
        on one.order_id = other.order_id
        and one.location_id = other.location_id
        and one.brand_id != other.brand_id
),

pair_counts as (
    select
        location_id,
        week,
        brand_id,
        other_brand_id,
        count(*) as orders
    from pairs
    group by location_id, week, brand_id, other_brand_id
),

brand_shares as (
    select
        location_id,
        week,
        brand_id,
        sum(orders) as pairs,
        cast(sum(orders) as double) / sum(sum(orders)) over (partition by location_id, week) as share
    from pair_counts
    group by location_id, week, brand_id
),

weeks as (
    select
        location_id,
        week,
        sum(pairs) as pairs,
        1 - sum(share * share) as chance_of_two
    from brand_shares
    group by location_id, week
),

-- Chance: two different brands, each as likely as it is in mixed baskets of that week.
expectations as (
    select
        one.location_id,
        one.brand_id,
        other.brand_id as other_brand_id,
        sum(weeks.pairs * one.share * other.share / nullif(weeks.chance_of_two, 0)) as expected
    from brand_shares as one
    inner join brand_shares as other
        on one.location_id = other.location_id
        and one.week = other.week
        and one.brand_id < other.brand_id
    inner join weeks
        on one.location_id = weeks.location_id
        and one.week = weeks.week
    group by one.location_id, one.brand_id, other.brand_id
),

counted as (
    select
        location_id,
        brand_id,
        other_brand_id,
        sum(orders) as orders
    from pair_counts
    group by location_id, brand_id, other_brand_id
),

compared as (
    select
        expectations.location_id,
        expectations.brand_id,
        expectations.other_brand_id,
        coalesce(counted.orders, 0) as together,
        expectations.expected,
        (coalesce(counted.orders, 0) - expectations.expected) / nullif(sqrt(expectations.expected), 0) as surprise
    from expectations
    left join counted
        on expectations.location_id = counted.location_id
        and expectations.brand_id = counted.brand_id
        and expectations.other_brand_id = counted.other_brand_id
),

ranked as (
    select
        *,
        count(*) over (partition by location_id) as pairs_compared,
        row_number() over (partition by location_id order by surprise desc, brand_id, other_brand_id) as from_top,
        row_number() over (partition by location_id order by surprise, brand_id, other_brand_id) as from_bottom
    from compared
),

final as (
    select
        locations.name as kitchen,
        brands.name as brand,
        other_brands.name as other_brand,
        cast(ranked.together as bigint) as together,
        round(ranked.expected, 1) as by_chance,
        round(ranked.surprise, 1) as standard_deviations,
        round(ranked.together / nullif(ranked.expected, 0), 2) as lift,
        ranked.pairs_compared
    from ranked
    inner join locations on ranked.location_id = locations.location_id
    inner join brands on ranked.brand_id = brands.brand_id
    inner join brands as other_brands on ranked.other_brand_id = other_brands.brand_id
    where ranked.from_top <= {{ shown_each_way }} or ranked.from_bottom <= {{ shown_each_way }}
)

select * from final
order by kitchen, standard_deviations desc nulls last, brand, other_brand
