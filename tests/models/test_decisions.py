"""Decisions of people: a window that brings some, revises some, and hears of an order later."""

import gzip
import json
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from tests.support.business import Business, order_life
from tests.support.dbt_worker import DATA
from tests.support.publication import assert_published_equals, publish_business

NOON = datetime(2026, 11, 20, 12)


def decisions(*decided: tuple[int, str, str, str], **more: Any) -> bytes:  # noqa: ANN401  (any JSON value)
    """Return decisions (number, order, amount, class) as lines, with more keys in each."""
    lines = [
        {
            "decision_id": number,
            "order_id": order_id,
            "decided_ts": "2026-11-21 09:30:00.000",
            "amount_usd": amount,
            "refund_class": refund_class,
            "reason": "as a courtesy",
            **more,
        }
        for number, order_id, amount, refund_class in decided
    ]
    return "".join(json.dumps(line) + "\n" for line in lines).encode()


@pytest.fixture(scope="module")
def business(new_business: Callable[[], Business]) -> Business:
    """Two orders and three decisions, one of them about an order that nobody has heard of."""
    business = new_business()
    business.land("window-1.jsonl", [*order_life("one", NOON), *order_life("two", NOON)])
    business.build()
    business.land_decisions(
        "decisions-1.jsonl",
        decisions(
            (1, "one", "2.50", "partial"), (2, "two", "0.00", "none"), (3, "later", "9.00", "full")
        ),
    )
    business.build()
    publish_business(business)
    return business


def build_a_window(business: Business) -> None:
    """Build and test as a window is: only the rows that are replaced."""
    answer = business.worker.run(
        business.data, ["build", *DATA], variables={"CASPERS_TESTS": "affected"}
    )
    assert answer["success"], answer["messages"][-20:]


@pytest.mark.thorough
def test_a_window_revises_a_decision_and_brings_the_order_of_another(business: Business) -> None:
    assert business.query(
        "select decision_id, location_id, is_current from recommender.refund_decisions order by 1"
    ) == [(1, 1, True), (2, 1, True), (3, None, True)]
    business.land("window-2.jsonl", order_life("later", NOON + timedelta(days=1)))
    suggestion = {"refund_class": "partial", "refund_usd": "3.00", "ts": "2026-11-21 09:00:00.000"}
    business.land_decisions(
        "decisions-2.jsonl",
        decisions((4, "one", "3.00", "full"), revises=1, source_suggestion=json.dumps(suggestion)),
    )
    build_a_window(business)
    publish_business(business)
    assert business.query(
        """
        select decision_id, revises, is_current, cast(delivered_day as varchar), minutes_to_decision
        from recommender.refund_decisions order by decision_id
        """
    ) == [
        (1, None, False, "2026-11-20", None),
        (2, None, True, "2026-11-20", None),
        (3, None, True, "2026-11-21", None),
        (4, 1, True, "2026-11-20", 30.0),
    ]
    assert business.query(
        """
        select
            decided, decided_usd, agreed, overridden_up, overridden_up_usd, overridden_down,
            average_minutes_to_decision
        from lakeflow.gold_refund_agreement_day order by day
        """
    ) == [
        (2, Decimal("3.00"), 1, 1, Decimal("0.00"), 0, Decimal("30.000")),
        (1, Decimal("9.00"), 0, 1, Decimal("9.00"), 0, None),
    ]
    assert_published_equals(business)
    assert business.differences(business.rebuilt()) == {}


def test_a_compressed_file_is_not_read_and_said_to_be_so(business: Business) -> None:
    content = decisions((5, "two", "1.00", "partial"))
    business.land_decisions("decisions-3.jsonl.gz", gzip.compress(content))
    answer = business.dbt("run", "--select", "landed_decisions+")
    assert [text for text in answer["messages"] if "decisions-3.jsonl.gz" in " ".join(text.split())]
    business.land_decisions("decisions-3.jsonl", content)
    business.dbt("run", "--select", "landed_decisions+")
    assert business.query(
        "select count(*), max(decision_id) filter (is_current) from recommender.refund_decisions "
        "where order_id = 'two'"
    ) == [(2, 5)]
