"""Whatever is selected or left out: nothing is judged by missing seeds, nothing is called lost."""

from collections.abc import Callable
from datetime import datetime, timedelta

import duckdb

from tests.support.business import WAREHOUSE, Business, event, item, order_life
from tests.support.dbt_worker import DATA, RUN

NOON = datetime(2026, 11, 20, 12)


def test_a_build_without_seeds_stores_nothing_and_says_what_to_do(
    new_business: Callable[[], Business],
) -> None:
    business = new_business()
    business.land("window-1.jsonl", order_life("order", NOON))
    answer = business.dbt(*RUN, succeeds=False)
    assert "Run `dbt seed`, or `dbt build`" in " ".join(" ".join(answer["messages"]).split())
    business.dbt("seed")
    with duckdb.connect(str(business.data / WAREHOUSE)) as connection:
        connection.execute("create table kept as from simulator.items; truncate simulator.items")
    answer = business.dbt(*RUN, "--select", "landed_lines", succeeds=False)
    message = " ".join(" ".join(answer["messages"]).split())
    assert "items is missing or empty" in message
    with duckdb.connect(str(business.data / WAREHOUSE)) as connection:
        connection.execute("insert into simulator.items from kept; drop table kept")
    business.build("--select", "landed_lines+1")
    assert business.query("select count(*) from lakeflow.all_events") == [(9,)]
    assert business.query("select count(*) from lakeflow.rejected_events") == [(0,)]


def test_tables_that_lag_behind_have_lost_nothing(business: Business) -> None:
    business.land("window-1.jsonl", order_life("first", NOON))
    business.build()
    business.land("window-2.jsonl", order_life("second", NOON + timedelta(days=1)))
    business.dbt("build", *DATA, "--select", "bronze")
    business.dbt("test", *DATA)
    business.dbt("build", *DATA, "--exclude", "refund_candidates")
    business.dbt("build", *DATA, "--sample", "1 day")
    business.dbt("build", *DATA)
    assert business.differences(business.rebuilt()) == {}


def test_a_selection_on_an_empty_warehouse_runs_only_tests_of_tables_that_are_there(
    new_business: Callable[[], Business],
) -> None:
    business = new_business()
    business.land("window-1.jsonl", order_life("order", NOON))
    business.dbt("build", "--select", "+silver_order_items")


def test_what_bronze_lets_in_no_test_forbids(business: Business) -> None:
    """What stands in an event, but in no table of the seeds or in no line of a basket."""
    lines = [
        item() | {key: value}
        for key in ("brand_id", "menu_id", "category_id", "name")
        for value in (None, 999, "x")
    ]
    business.land("window-1.jsonl", order_life("order", NOON, items=lines))
    business.land("window-2.jsonl", [event("alone", 0, "delivered", NOON)])
    business.build()
    business.dbt("test", *DATA)
    assert business.query("select count(*) from lakeflow.silver_order_items") == [(len(lines),)]
