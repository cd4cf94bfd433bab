"""Customers, couriers, cancellations: what the tables say, also of logs that contradict."""

import json
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from tests.support.business import Business, Event, cancelled, order_life
from tests.support.dbt_worker import DATA

pytestmark = pytest.mark.thorough

NOON = datetime(2026, 11, 20, 12)
NIGHT = NOON + timedelta(hours=15)
DAY, NEXT_DAY = NOON.date(), NOON.date() + timedelta(days=1)


def broken(number: int, place: int, **changes: object) -> Event:
    """Return an event of an order of its own with other values in its body."""
    event = order_life(f"broken {number}", NOON, people=("c6", "d6"))[place]
    return {**event, "body": json.dumps(json.loads(event["body"]) | changes)}


PAYMENT = json.loads(order_life("any", NOON, people=("c6", "d6"))[0]["body"])["payment"]
BROKEN = [
    broken(1, 0, payment="free"),
    broken(2, 0, payment={key: PAYMENT[key] for key in PAYMENT if key != "tip"}),
    broken(3, 0, payment=PAYMENT | {"discount": "-1.00"}),
    broken(4, 0, customer_id={"id": "c6"}),
    broken(5, 5, driver_id=["d6"]),
]


@pytest.fixture(scope="module")
def people(new_business: Callable[[], Business]) -> Business:
    """Orders of the older form, then orders with people in them, then what contradicts both."""
    business = new_business()
    business.land("window-1.jsonl", order_life("older form", NOON) + order_life("ended", NOON))
    business.build()
    nobody_there = order_life("nobody there", NOON, minutes=50, people=("c4", "d3"))
    lifecycles = [
        # Both picked up at 12:30, at the doors 12:50 and 13:10.
        order_life("first door", NOON, minutes=50, people=("c1", "d1")),
        order_life("second door", NOON - timedelta(minutes=30), minutes=100, people=("c2", "d1")),
        order_life("after that", NOON + timedelta(hours=1), minutes=50, people=("c1", "d1")),
        # Picked up at 03:40 and at 04:20.
        order_life("last", NIGHT + timedelta(minutes=10), minutes=50, people=("c3", "d2")),
        order_life("first", NIGHT + timedelta(minutes=50), minutes=50, people=("c3", "d2")),
        cancelled(nobody_there, 8, "address_not_found"),
        cancelled(order_life("sold out", NOON, people=("c4", "d3")), 1, "item_unavailable"),
        # Somebody else reports its delivery.
        order_life("both", NOON, minutes=50, people=("c5", "d4"))[:-1],
        order_life("both", NOON, minutes=50, people=("c5", "d5"))[-1:],
    ]
    events = [event for life in lifecycles for event in life]
    business.land("window-2.jsonl", [*events, *BROKEN])
    business.build()
    both = cancelled(order_life("both", NOON, minutes=50), 7, "no_courier")[-1]
    again = {**both, "event_id": "a later cancellation", "ts": "2026-11-20 23:00:00.000"}
    again["body"] = '{"reason":"customer_changed_mind"}'
    early = cancelled(order_life("ended", NOON), 1, "strange")[-1]
    early["ts"] = "2026-11-19 12:00:00.000"
    business.land("window-3.jsonl", [again, both, early])
    business.build()
    business.dbt("test", *DATA)
    return business


def test_a_cancellation_ends_an_order_whatever_else_has_landed(people: Business) -> None:
    found = people.query(
        """
        select order_id, cancelled_ts::varchar, cancellation_reason, delivered_ts is not null,
            delivered_day, total_minutes, drive_minutes
        from lakeflow.silver_order_timeline where status = 'cancelled' order by order_id
        """
    )
    assert found == [
        ("both", "2026-11-20 12:37:10", "no_courier", True, None, None, None),
        ("ended", "2026-11-19 12:00:00", "strange", True, None, None, None),
        ("nobody there", "2026-11-20 12:43:50", "address_not_found", False, None, None, None),
        ("sold out", "2026-11-20 12:00:30", "item_unavailable", False, None, None, None),
    ]


def test_a_cancelled_order_was_ordered_and_is_neither_timed_nor_judged(people: Business) -> None:
    orders = people.query("select count(*) from lakeflow.silver_order_timeline")
    assert orders == [(10,)]
    for table in ("gold_order_header", "silver_order_items"):
        assert people.query(f"select count(*) from lakeflow.{table}") == orders
    assert people.query("select sum(orders) from lakeflow.gold_brand_sales_day") == orders
    delivered = [(6,)]
    assert people.query("select sum(orders_delivered) from lakeflow.gold_delivery_times_day") == (
        delivered
    )
    for table in ("refund_candidates", "refund_recommendations"):
        assert people.query(f"select count(*) from recommender.{table}") == delivered
    assert people.query(
        """
        select sum(orders), sum(orders_complete), sum(orders_cancelled), sum(orders_in_progress)
        from lakeflow.gold_data_quality_day
        """
    ) == [(10, 6, 4, 0)]


def test_a_payment_or_a_person_that_cannot_be_is_no_event(people: Business) -> None:
    assert people.query(
        "select order_id, rejection_code from lakeflow.landed_lines "
        "where rejection_code is not null order by 1"
    ) == [
        ("broken 1", "payment_unreadable"),
        ("broken 2", "payment_unreadable"),
        ("broken 3", "payment_impossible"),
        ("broken 4", "text_malformed"),
        ("broken 5", "text_malformed"),
    ]


def test_who_ordered_and_what_was_charged(people: Business) -> None:
    assert people.query(
        """
        select customer_id, driver_id, shift_day, promised_minutes, subtotal, discount, total
        from lakeflow.silver_order_timeline where order_id in ('first door', 'older form')
        order by order_id
        """
    ) == [
        ("c1", "d1", DAY, 35.0, Decimal("12.50"), Decimal("1.00"), Decimal("19.86")),
        (None,) * 7,
    ]
    assert people.query(
        "select customer_id, count(*) from lakeflow.silver_order_items group by 1 order by 1"
    ) == [("c1", 2), ("c2", 1), ("c3", 2), ("c4", 2), ("c5", 1), (None, 2)]
    assert people.query(
        "select driver_id, count(*) from lakeflow.silver_driver_pings group by 1 order by 1"
    ) == [("d1", 6), ("d2", 4), ("d3", 2), ("d4", 2), (None, 4)]


def test_a_shift_counts_a_moment_once(people: Business) -> None:
    """Of two orders that are carried at once the time is shared, not added up."""
    found = people.query(
        """
        select driver_id, shift_day, strftime(began_ts, '%H:%M'), strftime(ended_ts, '%H:%M'),
            orders, orders_delivered, orders_batched,
            round(worked_minutes, 2), round(driving_minutes, 2),
            round(waiting_minutes, 2), round(idle_minutes, 2)
        from lakeflow.silver_courier_shifts order by all
        """
    )
    assert found == [
        ("d1", DAY, "12:25", "13:50", 3, 3, 2, 85.0, 60.0, 7.5, 17.5),
        ("d2", DAY, "03:37", "04:00", 1, 1, 0, 22.5, 20.0, 2.5, 0.0),
        ("d2", NEXT_DAY, "04:17", "04:40", 1, 1, 0, 22.5, 20.0, 2.5, 0.0),
        # Whoever finds nobody at the door has driven there.
        ("d3", DAY, "12:27", "12:43", 1, 0, 0, 16.33, 13.83, 2.5, 0.0),
        ("d4", DAY, "12:27", "12:37", 1, 0, 0, 9.67, 7.17, 2.5, 0.0),
    ]
    assert isinstance(found[0][1], date)


def test_increments_give_the_tables_of_a_full_refresh(people: Business) -> None:
    assert people.differences(people.rebuilt()) == {}
