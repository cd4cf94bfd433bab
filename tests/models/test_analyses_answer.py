"""Every analysis runs as it is and answers, with the columns that it documents."""

import json
import random
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import duckdb
import pytest

from tests.support.business import PROJECT, Business, Event, cancelled, item, order_life
from tests.support.publication import publish_business

pytestmark = pytest.mark.thorough

FOLDER = PROJECT / "analyses"
ANALYSES = sorted(file.stem for file in FOLDER.glob("*.sql"))
READABLE_ROWS = 60
# Follow-ups for which sixteen days are too short.
MAY_BE_EMPTY = {"again_in_28_days_pct", "by_chance_pct", "again_in_14_days_pct"}
NOT_PORTABLE = (
    *("lakeflow.", "recommender.", "simulator."),  # ref() finds the table on every engine
    *("now()", "current_date", "current_timestamp"),  # the latest day is the latest in the data
    *("::", "qualify", "exclude", "strftime", "epoch"),
)

FIRST_DAY = datetime(2026, 11, 10)
DAYS = 16  # so that a whole week is followed for a week
KITCHENS = {1: (37.79, -122.39), 2: (37.39, -122.08), 3: (47.61, -122.19), 4: (41.89, -87.63)}


def made_up_orders() -> list[Event]:
    """Return an order an hour for each kitchen, near and far, of one to three brands."""
    rng = random.Random(7)  # noqa: S311  (not used for secrets)
    events: list[Event] = []
    for location_id, (lat, lon) in KITCHENS.items():
        for hour in range(24 * DAYS):
            brands = rng.sample(range(1, 7), rng.choice((1, 1, 2, 3)))
            life = order_life(
                f"order-{location_id}-{hour}",
                FIRST_DAY + timedelta(hours=hour, minutes=rng.uniform(0, 59)),
                minutes=rng.lognormvariate(3.4, 0.3),
                pings=0,
                items=[item(brand, brand, price=8.5 + brand, qty=2) for brand in brands],
                location_id=location_id,
                people=("somebody", f"courier-{location_id}-{hour % 24 // 8}"),
            )
            door = rng.randrange(60)
            customer = {
                "customer_id": f"customer-{location_id}-{door}",
                "customer_lat": lat + rng.uniform(-0.04, 0.04),
                "customer_lon": lon,
                "customer_addr": f"{door} Alder St",
            }
            life[0]["body"] = json.dumps(json.loads(life[0]["body"]) | customer)
            cooked, driver_arrived = life[2], life[4]
            if rng.random() < 0.5:  # half of the drivers come before the food
                driver_arrived["ts"] = cooked["ts"]
            events += cancelled(life, 4, "no_courier") if rng.random() < 0.03 else life
    return events


PATIENCE = 10
"""Minutes past P75 for which the people of these tests pay nothing."""


def made_up_decisions(business: Business) -> bytes:
    """Return a decision about each third order: paid if it was late by more than `PATIENCE`."""
    judged = business.query(
        """
        select order_id, total_minutes - p75_minutes > $patience
        from recommender.refund_recommendations where p75_minutes is not null order by order_id
        """.replace("$patience", str(PATIENCE))
    )
    decided = [
        {
            "decision_id": number,
            "order_id": order_id,
            "decided_ts": "2026-11-27 12:00:00.000",
            "amount_usd": "6.50" if is_late else "0.00",
            "refund_class": "partial" if is_late else "none",
            "reason": "as always",
        }
        for number, (order_id, is_late) in enumerate(judged[::3], start=1)
    ]
    return "".join(json.dumps(one) + "\n" for one in decided).encode()


@pytest.fixture(scope="module")
def business(new_business: Callable[[], Business]) -> Business:
    """Sixteen days of four kitchens, built, and every analysis compiled."""
    business = new_business()
    business.land("window-1.jsonl", made_up_orders())
    business.dbt("build", "--exclude", "test_type:data", "test_type:unit")
    business.land_decisions("decisions-1.jsonl", made_up_decisions(business))
    business.build("--select", "landed_decisions+")
    business.dbt("compile", "--select", "path:analyses")
    publish_business(business)
    return business


def documented_columns(business: Business, analysis: str) -> list[str]:
    """Return the columns that the YAML beside an analysis describes."""
    manifest = json.loads((business.worker.target / "manifest.json").read_text())
    node = manifest["nodes"][f"analysis.caspers_kitchens.{analysis}"]
    assert all(column["description"] for column in node["columns"].values())
    return list(node["columns"])


def compiled(business: Business, analysis: str) -> str:
    """Return the SQL of an analysis as an analyst would copy it."""
    folder = business.worker.target / "compiled" / "caspers_kitchens" / "analyses"
    return (folder / f"{analysis}.sql").read_text()


def answer(
    business: Business, sql: str, threads: int, file: str = "caspers.duckdb"
) -> tuple[list[str], list[tuple[Any, ...]]]:
    """Return the columns and the rows of a query."""
    path = str(business.data / file)
    with duckdb.connect(path, read_only=True, config={"threads": threads}) as connection:
        result = connection.execute(sql)
        return [column[0] for column in result.description or []], result.fetchall()


@pytest.mark.parametrize("analysis", ANALYSES)
def test_an_analysis_answers_with_the_columns_it_documents(
    analysis: str, business: Business
) -> None:
    sql = compiled(business, analysis)
    columns, rows = answer(business, sql, threads=1)
    assert columns == documented_columns(business, analysis)
    assert 0 < len(rows) <= READABLE_ROWS
    empty = {
        name
        for name, values in zip(columns, zip(*rows, strict=True), strict=True)
        if not any(value is not None for value in values)
    }
    assert empty <= MAY_BE_EMPTY
    assert answer(business, sql, threads=4) == (columns, rows)
    assert answer(business, sql, 4, "published/caspers.duckdb") == (columns, rows)


@pytest.mark.parametrize("analysis", ANALYSES)
def test_an_analysis_asks_in_its_first_line_and_can_be_copied_to_any_engine(analysis: str) -> None:
    source = (FOLDER / f"{analysis}.sql").read_text()
    question, _, rest = source.partition("\n")
    assert question.startswith("-- ")
    assert question.endswith("?")
    assert rest.startswith("--")
    code = "\n".join(line for line in source.lower().splitlines() if not line.startswith("--"))
    assert [text for text in NOT_PORTABLE if text in code] == []


def test_today_s_refund_policy_costs_what_is_recommended(business: Business) -> None:
    _, rows = answer(business, compiled(business, "refund_policies_compared"), threads=1)
    compared = {(row[0], row[1]): row[2] for row in rows}
    recommended = business.query(
        """
        select round(sum(refund_usd) / count(distinct delivered_day))
        from recommender.refund_recommendations
        where
            delivered_day < (select max(delivered_day) from recommender.refund_recommendations)
            and refund_class != 'none'
        """
    )
    assert compared[("1 today", "all kitchens")] == recommended[0][0] > 0


def test_the_limit_that_agrees_best_is_the_patience_of_those_who_decide(business: Business) -> None:
    sql = compiled(business, "where_people_and_policy_disagree")
    _, rows = answer(business, sql, threads=1)
    best = {row[0]: (row[3], row[4]) for row in rows if row[5]}
    assert len(best) == 1 + len(KITCHENS)
    assert set(best.values()) == {(PATIENCE, 100.0)}
    total = business.query(
        """
        select sum(decided), sum(overridden_up_usd - overridden_down_usd)
        from lakeflow.gold_refund_agreement_day
        where day < (select max(day) from lakeflow.gold_refund_agreement_day)
        """
    )
    assert 0 < rows[0][9] <= total[0][0]
    assert rows[0][2] == round(total[0][1])
