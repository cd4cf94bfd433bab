"""The exercises. What each asks is in docs/teacher.md, under the heading with its number."""

from __future__ import annotations

from analyses.exercises.exercise import Alteration, Exercise, Mistake
from analyses.exercises.faults import check_faults, open_faulty
from analyses.exercises.increments import check_model
from analyses.exercises.landings import check_landing, open_landed
from analyses.exercises.policy import check_policy, open_both
from analyses.exercises.published import check_query, open_published

_HALF_A_CENT = 0.005001
_HUNDREDTH = 0.005001
_TIMELINE = "lakeflow.silver_order_timeline"
# The customers of a kitchen's orders of a day, by their place in it: two of six come again on that
# day, others on the 28th or on the 29th after it.
_RETURNS = f"""
    SELECT * EXCLUDE (place) REPLACE (
        location_id || CASE
            WHEN place % 3 > 0 THEN ' same ' || order_day || ' ' || place // 3
            WHEN place % 2 > 0 THEN ' 28 ' || (order_day - DATE '2000-01-03') % 28 || ' ' || place
            ELSE ' 29 ' || (order_day - DATE '2000-01-03') % 29 || ' ' || place
        END AS customer_id
    )
    FROM (
        SELECT *, row_number() OVER (
            PARTITION BY location_id, order_day, status ORDER BY order_key
        ) AS place
        FROM original.{_TIMELINE}
    )
"""
_FIRST_DAY = "(SELECT min(order_day) FROM original.lakeflow.gold_order_header)"

EXERCISES = (
    Exercise(
        1,
        "What is in a basket?",
        minutes=10,
        answer="1.sql",
        solution="1_kitchens.sql",
        check=check_query,
        tables=open_published,
        key=("kitchen",),
        tolerance=_HALF_A_CENT,
        mistakes=(
            Mistake(
                "orders count that were cancelled or are still on their way",
                (("where timeline.status = 'delivered'", ""),),
            ),
            Mistake(
                "orders count that are still on their way",
                (("status = 'delivered'", "status <> 'cancelled'"),),
            ),
            Mistake(
                "average_basket is an average of averages: a day with few orders then weighs as "
                "much as one with many",
                (
                    ("count(*) as orders", "sum(count(*)) over each_kitchen as orders"),
                    (
                        "sum(headers.order_revenue) as revenue",
                        "sum(sum(headers.order_revenue)) over each_kitchen as revenue",
                    ),
                    (
                        "sum(headers.order_revenue) / count(*) as",
                        "avg(avg(headers.order_revenue)) over each_kitchen as",
                    ),
                    ("select\n        locations.name", "select distinct\n        locations.name"),
                    (
                        "group by locations.name",
                        (
                            "group by locations.name, headers.order_day "
                            "window each_kitchen as (partition by locations.name)"
                        ),
                    ),
                ),
            ),
        ),
        alterations=(
            Alteration(
                "in which the baskets of the first day are ten times as dear",
                {
                    "lakeflow.gold_order_header": "SELECT * REPLACE (CASE WHEN order_day = "
                    f"{_FIRST_DAY} THEN order_revenue * 10 ELSE order_revenue END "
                    "AS order_revenue) FROM original.lakeflow.gold_order_header"
                },
            ),
        ),
    ),
    Exercise(
        2,
        "Late, at which hour, and why?",
        minutes=15,
        answer="2.sql",
        solution="2_late_by_hour.sql",
        check=check_query,
        tables=open_published,
        key=("kitchen", "order_hour", "late_cause"),
        tolerance=_HUNDREDTH,
        mistakes=(
            Mistake(
                "late_pct is a share of all orders, although of some nobody can say whether they "
                "were late",
                (("where status = 'delivered' and is_late is not null", ""),),
            ),
            Mistake(
                "late_pct is a share of the late orders",
                (
                    (
                        "    from orders\n    group by location_id, order_hour\n",
                        "    from orders where is_late\n    group by location_id, order_hour\n",
                    ),
                ),
            ),
        ),
        windowless=True,
    ),
    Exercise(
        3,
        "Who comes back?",
        minutes=25,
        answer="3.sql",
        solution="3_who_comes_back.sql",
        check=check_query,
        tables=open_published,
        key=("kitchen", "first_week"),
        mistakes=(
            Mistake(
                "cancelled orders, and those still on their way, count",
                (("status = 'delivered' and customer_id", "customer_id"),),
            ),
            Mistake(
                "the 28th day after the first order is left out",
                (("order_day <= 28", "order_day < 28"),),
            ),
            Mistake(
                "customers count who could not be followed for 28 days",
                (("where latest.day - first_orders.order_day > 28", ""),),
            ),
            Mistake(
                "customers count whose 28th day is the latest one, which has only begun",
                (("first_orders.order_day > 28", "first_orders.order_day >= 28"),),
            ),
            Mistake(
                "a second order on the day of the first does not count",
                (
                    (
                        "where order_number > 1",
                        (
                            "where order_number > 1 and order_day > "
                            "(select min(o.order_day) from orders as o "
                            "where o.customer_id = numbered.customer_id)"
                        ),
                    ),
                ),
            ),
        ),
        alterations=(
            Alteration(
                "in which people come back on the same day, on the 28th after it or on the 29th",
                {_TIMELINE: _RETURNS},
            ),
        ),
    ),
    Exercise(
        4,
        "How real is it?",
        minutes=25,
        answer="4.sql",
        solution="4_realism.sql",
        check=check_query,
        tables=open_published,
        key=("statistic",),
        tolerance=0.00005,
        mistakes=(
            Mistake(
                "the latest day, which has only begun, is not left out",
                (
                    (
                        (
                            "where order_day < "
                            "(select max(order_day) from lakeflow.silver_order_timeline)"
                        ),
                        "",
                    ),
                ),
            ),
            Mistake(
                "the median tip includes the orders without one",
                (("from paid\n    where tip > 0", "from paid"),),
            ),
            Mistake(
                "discounts are an average over orders instead of all discounts of all subtotals",
                (
                    (
                        "cast(sum(discount) as double) / cast(sum(subtotal) as double)",
                        "avg(cast(discount as double) / cast(subtotal as double))",
                    ),
                ),
            ),
        ),
        alterations=(
            Alteration(
                "in which hardly anybody tips and all have the same discount",
                {
                    _TIMELINE: "SELECT * REPLACE ("
                    "CAST(CASE WHEN order_key % 3 = 0 THEN subtotal * 0.4 ELSE 0 END "
                    "AS DECIMAL(12,2)) AS tip, CAST(subtotal * 0.3 AS DECIMAL(12,2)) AS discount) "
                    "FROM original.lakeflow.silver_order_timeline"
                },
            ),
        ),
    ),
    Exercise(
        5,
        "What would another policy cost?",
        minutes=20,
        answer="5.sql",
        solution="5_policy.sql",
        check=check_policy,
        tables=open_both,
        key=("kitchen",),
        tolerance=_HALF_A_CENT,
        mistakes=(
            Mistake(
                "dearer_pct is an average of the orders' own percentages",
                (
                    (
                        "100.0 * (sum(after.refund_usd) / sum(before.refund_usd) - 1)",
                        (
                            "avg(case when before.refund_usd > 0 "
                            "then 100.0 * (after.refund_usd / before.refund_usd - 1) end)"
                        ),
                    ),
                ),
            ),
            Mistake(
                "full refunds are left out of the bill",
                (
                    (
                        "    group by",
                        "    where before.refund_class = 'partial'\n    group by",
                    ),
                ),
            ),
        ),
    ),
    Exercise(
        6,
        "What was rejected?",
        minutes=25,
        answer="6.sql",
        solution="6_rejected.sql",
        check=check_faults,
        tables=open_faulty,
        key=("code",),
        mistakes=(
            Mistake(
                "duplicates are left out",
                (
                    (
                        "where rejection_code is not null or is_duplicate",
                        "where rejection_code is not null",
                    ),
                ),
            ),
            Mistake(
                "only lines count that say of which order they are",
                (("count(*)", "count(order_id)"),),
            ),
        ),
    ),
    Exercise(
        7,
        "A table that forgets nothing",
        minutes=40,
        answer="models/lesson/lesson_promises_day.sql",
        solution="7_lesson_promises_day.sql",
        check=check_model,
        key=("location_id", "order_day"),
    ),
    Exercise(
        8,
        "Exactly once",
        minutes=40,
        answer="8.sql",
        solution="8_exactly_once.sql",
        check=check_landing,
        tables=open_landed,
        key=(),
        mistakes=(
            Mistake(
                "every line counts, so that a repeated one hides a lost one",
                (("    count(distinct event_id) as events\n", "    count(*) as events\n"),),
            ),
            Mistake(
                "an order begins with sequence 0, so that it has one event more than its last "
                "number says",
                (("max(sequence) + 1", "max(sequence)"),),
            ),
        ),
    ),
)
"""All exercises, the easiest first."""
