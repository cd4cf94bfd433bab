"""One table per order and its dimensions: what late data changes, and eight questions."""

import csv
import json
import re
from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest

from generator.world.trade import usual_trade
from tests.support.business import PROJECT, Business, Event, order_life
from tests.support.dbt_worker import DATA

NOON = datetime(2026, 11, 20, 12)
DEFAULT_START = date(2024, 1, 1)
DAYS_OF_STORY = 90


def by(customer: str, order_id: str, ordered: datetime, driver: str = "d1") -> list[Event]:
    """Return the life of an order of a customer."""
    return order_life(order_id, ordered, people=(customer, driver))


def land(business: Business, name: str, *lives: list[Event]) -> None:
    business.land(name, [event for life in lives for event in life])
    business.build()


@pytest.fixture
def business(new_business: Callable[[], Business]) -> Business:
    """Two customers: Ada with three orders on three days, Ben with two."""
    business = new_business()
    land(
        business,
        "window-1.jsonl",
        *(by("ada", f"ada {day}", NOON + timedelta(days=day)) for day in range(3)),
        *(by("ben", f"ben {day}", NOON + timedelta(days=day)) for day in (1, 2)),
    )
    return business


def repeats(business: Business) -> dict[str, bool]:
    """Return of each order whether its customer had ordered before."""
    return dict(business.query("select order_id, is_repeat from lakeflow.fct_orders order by 1"))


def assert_equal_to_a_full_refresh(business: Business) -> None:
    assert business.differences(business.rebuilt()) == {}


@pytest.mark.thorough
def test_a_first_order_that_lands_late_makes_repeats_of_those_that_were_first(
    business: Business,
) -> None:
    assert repeats(business) == {
        "ada 0": False, "ada 1": True, "ada 2": True, "ben 1": False, "ben 2": True,
    }  # fmt: skip
    land(business, "window-2.jsonl", by("ben", "ben long ago", NOON - timedelta(days=9)))
    assert repeats(business)["ben long ago"] is False
    assert repeats(business)["ben 1"] is True
    assert_equal_to_a_full_refresh(business)


@pytest.mark.thorough
def test_an_order_that_turns_out_to_be_somebody_elses_moves_both_histories(
    business: Business,
) -> None:
    # An earlier creation of Ada's first order says that it was Ben's, before all that he ordered.
    earlier = by("ben", "ada 0", NOON - timedelta(hours=1))[0]
    business.land("window-2.jsonl", [{**earlier, "event_id": "an earlier creation"}])
    business.build()
    assert repeats(business) == {
        "ada 0": False, "ada 1": False, "ada 2": True, "ben 1": True, "ben 2": True,
    }  # fmt: skip
    assert_equal_to_a_full_refresh(business)


@pytest.mark.thorough
def test_another_order_of_a_known_customer_touches_its_own_day_alone(business: Business) -> None:
    land(business, "window-2.jsonl", by("ada", "ada again", NOON + timedelta(days=4)))
    last = business.worker.run(business.data, ["run", *DATA])
    replaced = [text for text in last["messages"] if "fct_orders: " in text]
    assert "nothing new" in replaced[0]
    days = business.query(
        "select distinct key_value from increments.changes where affected_model = 'fct_orders' "
        "and key_name = 'partition' and change_number = (select max(change_number) "
        "from increments.changes where model = 'silver_order_timeline') "
        "and model = 'silver_order_timeline'"
    )
    assert days == [("2026-11-24",)]
    assert business.query(
        "select count(*) from increments.changes where model = 'dim_customer' "
        "and affected_model = 'fct_orders' and key_name = 'first_order_key'"
    ) == [(0,)]


@pytest.mark.thorough
def test_net_revenue_is_less_discount_and_decided_refund(business: Business) -> None:
    line = {
        "decision_id": 1,
        "order_id": "ada 0",
        "decided_ts": "2026-11-21 09:30:00.000",
        "amount_usd": "2.50",
        "refund_class": "partial",
        "reason": "as a courtesy",
    }
    business.land_decisions("decisions-1.jsonl", (json.dumps(line) + "\n").encode())
    business.build()
    ((gross, discount, decided, net),) = business.query(
        "select order_revenue, discount, refund_decided_usd, net_revenue "
        "from lakeflow.fct_orders where order_id = 'ada 0'"
    )
    assert decided == Decimal("2.50")
    assert net == gross - discount - decided
    assert_equal_to_a_full_refresh(business)


def test_a_late_first_day_renumbers_the_days(business: Business) -> None:
    numbers = "select date_day, day_number from lakeflow.dim_date order by 1"
    assert business.query(numbers) == [(NOON.date() + timedelta(days=n), n) for n in range(3)]
    land(business, "window-2.jsonl", by("cyd", "cyd", NOON - timedelta(days=2)))
    assert business.query(numbers) == [(NOON.date() + timedelta(days=n - 2), n) for n in range(5)]


def seed_rows(table: str) -> list[dict[str, str]]:
    with (PROJECT / "seeds" / f"{table}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_holidays_are_those_that_the_generator_knows() -> None:
    demand = usual_trade().demand.of("sf")
    known = {
        str(number): special.name
        for number in range(DAYS_OF_STORY)
        if (special := demand.special_day(DEFAULT_START + timedelta(days=number)))
    }
    written = {row["day_of_story"]: row["holiday"] for row in seed_rows("holidays")}
    assert written == known


def test_every_category_and_cuisine_of_the_seeds_has_a_common_name() -> None:
    words = seed_rows("conformed_names")

    def common_names(kind: str, table: str, column: str) -> set[str]:
        names = [row[column].lower() for row in seed_rows(table)]
        return {
            next(
                (w["conformed_name"] for w in words if w["kind"] == kind and w["word"] in name), ""
            )
            for name in names
        }

    categories = common_names("category", "categories", "name")
    cuisines = common_names("cuisine", "brands", "cuisine_type")
    assert "" not in categories | cuisines
    assert len(categories) <= 15
    assert len(cuisines) <= 8


QUESTIONS = re.findall(
    r"^\*\*(.+?)\*\*\n\n```sql\n(.+?)```",
    (PROJECT / "docs" / "questions.md").read_text(encoding="utf-8"),
    flags=re.DOTALL | re.MULTILINE,
)


def test_eight_questions_are_one_query_each(business: Business) -> None:
    assert len(QUESTIONS) == 8
    for title, query in QUESTIONS:
        assert not re.search(r"\bover\s*\(|\bqualify\b|\bwith\b", query, re.IGNORECASE), title
        # Ramps and rain need brands and weather that so few orders do not have.
        business.query(query)
    answers = {title: business.query(query) for title, query in QUESTIONS}
    assert ("San Francisco", date(2026, 11, 16), 2, 2) in answers["Repeat customers by cohort"]
