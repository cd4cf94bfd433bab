"""The tables of real windows, published after each build: what dbt changed is what is published."""

from collections.abc import Callable
from datetime import datetime, timedelta

import duckdb
import pytest

from tests.support.business import WAREHOUSE, Business, item, order_life
from tests.support.publication import (
    assert_published_equals,
    declared_tables,
    parquet_inodes,
    publish_business,
    published_of,
)

NOON = datetime(2026, 11, 20, 12)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def business(new_business: Callable[[], Business]) -> Business:
    """Four orders on four days, published without some of the tables."""
    business = new_business()
    for number in range(4):
        business.land(f"window-{number}.jsonl", order_life(f"order{number}", NOON + number * DAY))
    business.build()
    tables = declared_tables(business.worker)
    publish_business(business, tables[1:])
    assert_published_equals(business)
    return business


def new_files(business: Business, before: dict[str, int]) -> set[str]:
    """Return the new files of the orders' timeline."""
    return {
        name.rpartition("/")[2].rsplit("-", 1)[0]
        for name in parquet_inodes(published_of(business)).keys() - before.keys()
        if "/silver_order_timeline/" in name
    }


def test_a_window_with_late_rows_an_order_that_vanishes_and_a_new_table(
    business: Business,
) -> None:
    before = parquet_inodes(published_of(business))
    # Read first, because of its name: all events of the second order are another one's now.
    renamed = [{**event, "order_id": "another"} for event in order_life("order1", NOON + DAY)]
    business.land("window-0a.jsonl", renamed)
    business.land("window-4.jsonl", order_life("late", NOON + 3 * DAY, items=[item(2)]))
    business.build()
    publication = publish_business(business)
    assert_published_equals(business)
    assert new_files(business, before) == {"2026-11-21", "2026-11-23"}
    unchanged = [name for name in before if "2026-11-20-" in name and "kitchen" not in name]
    after = parquet_inodes(published_of(business))
    assert len(unchanged) >= 8
    assert [name for name in unchanged if after.get(name) != before[name]] == []
    # The table that was not published until now.
    assert publication.rows["lakeflow.gold_brand_sales_day"] == 4


@pytest.mark.thorough
def test_seeds_that_changed_and_a_table_that_was_refreshed_alone(business: Business) -> None:
    with duckdb.connect(str(business.data / WAREHOUSE)) as connection:
        connection.execute("delete from simulator.items where id = 2")
        # Only a full refresh can know of this.
        connection.execute("update lakeflow.gold_item_sales_day set units_sold = 77")
    business.build("--full-refresh", "--select", "gold_item_sales_day")
    publish_business(business)
    assert_published_equals(business)
    business.build()  # the line that named the item is judged again, and its order goes
    publication = publish_business(business)
    assert_published_equals(business)
    assert publication.rows["simulator.items"] == 217
