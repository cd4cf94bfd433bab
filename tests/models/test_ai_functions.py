"""The functions with which an agent asks about an order or a kitchen."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
import yaml

from tests.support.business import PROJECT, Business, cancelled, item, order_life

NOON = datetime(2026, 11, 20, 12)


@pytest.fixture(scope="module")
def business(new_business: Callable[[], Business]) -> Business:
    """A day of sixty orders, then a day with one that took an hour and one that is on its way."""
    business = new_business()
    lifecycles = [
        order_life(f"before{number}", NOON + timedelta(minutes=number), minutes=20 + number / 2)
        for number in range(60)
    ]
    basket = [item(1, 9, 10.25, 2), item(2, 3, 4.5)]
    lifecycles.append(order_life("late", NOON + timedelta(days=1), minutes=60, items=basket))
    lifecycles.append(order_life("under way", NOON + timedelta(days=1, hours=1))[:4])
    ended = order_life("ended", NOON + timedelta(days=1), people=("c1", "d1"), items=basket)
    lifecycles.append(cancelled(ended, 5, "no_courier"))
    business.land("window-1.jsonl", [event for life in lifecycles for event in life])
    business.build()
    business.build_functions()
    return business


def test_details_are_all_events_in_their_order(business: Business) -> None:
    rows = business.query(
        "select sequence, event_type, location_name is not null "
        "from ai.get_order_details('late') order by sequence"
    )
    assert [row[0] for row in rows] == list(range(9))
    assert (rows[0][1], rows[-1][1]) == ("order_created", "delivered")
    assert all(row[2] for row in rows)


def test_delivery_time(business: Business) -> None:
    created = NOON + timedelta(days=1)
    assert business.query("select * from ai.get_order_delivery_time('late')") == [
        ("late", "delivered", created, created + timedelta(hours=1), 60.0, None, None)
    ]
    [(status, delivered, minutes)] = business.query(
        "select status, delivered_ts, delivery_minutes from ai.get_order_delivery_time('under way')"
    )
    assert (status, delivered, minutes) == ("in_progress", None, None)


def test_a_cancelled_order_says_when_and_why_and_is_not_timed(business: Business) -> None:
    created = NOON + timedelta(days=1)
    assert business.query("select * from ai.get_order_delivery_time('ended')") == [
        ("ended", "cancelled", created, None, None, created + timedelta(minutes=17), "no_courier")
    ]
    assert business.query(
        "select status, cancellation_reason, customer_id, order_revenue "
        "from ai.get_order_overview('ended')"
    ) == [("cancelled", "no_courier", "c1", Decimal("25.00"))]
    assert business.query(
        "select status, prep_minutes, total_minutes, promised_minutes, p50_minutes "
        "from ai.get_order_timing('ended')"
    ) == [("cancelled", 9.0, None, 35.0, None)]


def test_overview(business: Business) -> None:
    assert business.query(
        "select order_revenue, total_qty, total_items, brands_in_order "
        "from ai.get_order_overview('late')"
    ) == [(Decimal("25.00"), 3, 2, [3, 9])]


def test_timing_has_the_percentiles_that_the_order_is_judged_by(business: Business) -> None:
    [(total, drive, p50, p99)] = business.query(
        "select total_minutes, drive_minutes, p50_minutes, p99_minutes "
        "from ai.get_order_timing('late')"
    )
    assert (total, drive) == (60.0, 24.0)
    assert (p50, p99) == (Decimal("34.750"), Decimal("49.205"))
    judged = business.query(
        "select p50_minutes, p99_minutes from recommender.refund_recommendations "
        "where order_id = 'late'"
    )
    assert judged == [(p50, p99)]


def test_timings_of_a_kitchen_are_the_newest(business: Business) -> None:
    assert business.query(
        "select location_id, day, deliveries, p50_minutes from ai.get_location_timings(1)"
    ) == [(1, date(2026, 11, 21), 60, Decimal("34.750"))]


def test_an_unknown_order_has_no_rows(business: Business) -> None:
    for name in ("details", "delivery_time", "overview", "timing"):
        assert business.query(f"select * from ai.get_order_{name}('unknown')") == []
    assert business.query("select * from ai.get_location_timings(99)") == []


def test_columns_are_those_that_are_documented(business: Business) -> None:
    """Databricks makes a function from the documented columns, so they must be these."""
    documented = yaml.safe_load((PROJECT / "models/ai/_ai__models.yml").read_text("utf-8"))
    assert len(documented["models"]) == 5
    for function in documented["models"]:
        argument = "1" if function["name"] == "get_location_timings" else "'late'"
        described = business.query(f"describe select * from ai.{function['name']}({argument})")
        types = {"string": "varchar"}
        assert [(row[0], row[1].lower()) for row in described] == [
            (column["name"], types.get(column["data_type"], column["data_type"]))
            for column in function["columns"]
        ]
