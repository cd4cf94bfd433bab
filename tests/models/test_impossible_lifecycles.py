"""Orders with an impossible lifecycle: counted once, judged fairly, and no money invented."""

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tests.support.business import Business, Event, item, order_life
from tests.support.dbt_worker import DATA

pytestmark = pytest.mark.thorough

NOON = datetime(2026, 11, 20, 12)


def moved(event: Event, minutes: float) -> Event:
    """Return an event at another time."""
    moment = datetime.fromisoformat(event["ts"]) + timedelta(minutes=minutes)
    return {**event, "ts": moment.strftime("%Y-%m-%d %H:%M:%S.000")}


@pytest.fixture(scope="module")
def lifecycles(new_business: Callable[[], Business]) -> Business:
    """A business of one day with one order of each impossible kind, and a normal one."""
    business = new_business()
    twice = order_life("created twice", NOON, items=[item(1, price=10.0)])
    again = order_life(
        "created twice", NOON + timedelta(minutes=5), items=[item(2, price=99.0, qty=3)]
    )[0]
    again["event_id"] = "another creation"
    backwards = order_life("delivered before created", NOON)
    backwards[-1] = moved(backwards[-1], -45)
    hasty = order_life("delivered before picked up", NOON, minutes=30)
    hasty[-1] = moved(hasty[-1], -20)
    business.land("window-1.jsonl", [again, *order_life("never created", NOON)[1:], *hasty])
    business.build()
    business.land(
        "window-2.jsonl",
        [*twice, *backwards, *order_life("sound", NOON), *order_life("sound", NOON)],
    )
    business.build()
    business.dbt("test", *DATA)
    return business


def test_an_order_created_twice_is_charged_its_first_basket_once(lifecycles: Business) -> None:
    assert lifecycles.query(
        """
        select order_revenue, total_qty, header.order_id
        from lakeflow.gold_order_header as header where order_id = 'created twice'
        """
    ) == [(Decimal("10.00"), 1, "created twice")]
    assert lifecycles.query(
        "select sum(units_sold) from lakeflow.gold_item_sales_day where item_id = 2"
    ) == [(None,)]


def test_revenue_is_that_of_the_orders_whose_creation_is_known(lifecycles: Business) -> None:
    assert lifecycles.query(
        "select sum(revenue), sum(orders) from lakeflow.gold_location_sales_hourly"
    ) == [(Decimal("47.50"), 4)]


def test_an_unknown_time_is_not_refunded(lifecycles: Business) -> None:
    found = lifecycles.query(
        """
        select order_id, total_minutes is null, refund_class, refund_usd
        from recommender.refund_recommendations
        where order_id in ('never created', 'delivered before created') order by order_id
        """
    )
    assert found == [
        ("delivered before created", True, "none", Decimal("0.00")),
        ("never created", True, "none", Decimal("0.00")),
    ]


def test_delivered_before_picked_up_has_a_total_but_no_drive(lifecycles: Business) -> None:
    assert lifecycles.query(
        """
        select total_minutes, drive_minutes from lakeflow.silver_order_timeline
        where order_id = 'delivered before picked up'
        """
    ) == [(10.0, None)]


def test_the_quality_of_the_day_counts_each_of_them(lifecycles: Business) -> None:
    assert lifecycles.query(
        """
        select orders, orders_created, orders_complete, orders_missing_steps,
            orders_delivered_before_created, orders_created_twice, duplicates
        from lakeflow.gold_data_quality_day
        """
    ) == [(5, 4, 4, 1, 1, 1, len(order_life("sound", NOON)))]


def test_increments_give_the_tables_of_a_full_refresh(lifecycles: Business) -> None:
    assert lifecycles.differences(lifecycles.rebuilt()) == {}
