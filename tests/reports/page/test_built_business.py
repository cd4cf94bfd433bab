"""The report of a business that dbt has built: its columns are those that the report reads."""

from collections.abc import Callable
from datetime import datetime

import duckdb
import pytest

from flows.replay import commands
from reports.page.business import read_business
from reports.page.page import render_page
from reports.page.source import published_source
from tests.reports.page.reading import read_page
from tests.support.business import Business
from tests.support.publication import publish_business, published_of
from tests.support.sample_datasets import some_orders, write_dataset


@pytest.fixture(scope="module")
def built(new_business: Callable[[], Business]) -> Business:
    business = new_business()
    canonical = write_dataset(business.data / "canonical", some_orders(3, 20), days=3)
    now = datetime(2026, 11, 21, 18, 0)
    commands.run(canonical, business.landing, now, commands.ReplayOptions(start_day=1))
    business.build()
    publish_business(business)
    return business


def test_it_agrees_with_the_summary_of_the_kitchens(built: Business) -> None:
    published = published_of(built)
    with published_source(published) as source:
        business = read_business(source)
    with duckdb.connect(str(published.resolve() / "caspers.duckdb"), read_only=True) as connection:
        kitchens = connection.execute(
            "select name, orders, revenue, p50_minutes, refunded "
            "from lakeflow.gold_kitchen_summary where orders > 0 order by location_id"
        ).fetchall()
    assert kitchens
    assert [kitchen.name for kitchen in business.kitchens] == [name for name, *_ in kitchens]
    for kitchen, (_, orders, revenue, minutes, refunded) in zip(
        business.kitchens, kitchens, strict=True
    ):
        row = business.by_kitchen[kitchen.location_id]
        assert (row["orders"], row["revenue"]) == (orders, revenue)
        assert row["recommended_usd"] == refunded
        assert minutes is None or abs(row["p50_minutes"] - float(minutes)) < 0.001
    assert business.totals["orders"] == sum(orders for _, orders, *_ in kitchens)
    page = read_page(render_page(business))
    assert page.figures["orders"] == f"{business.totals['orders']:,}"
