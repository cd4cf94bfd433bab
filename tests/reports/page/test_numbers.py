"""The numbers of the page are those of SQL that was written by hand."""

from collections.abc import Callable
from typing import Any

import duckdb
import pytest

from reports.page.figures import FIGURES
from tests.reports.page.conftest import Reported
from tests.reports.page.reading import Page, read_page

COUNT = "{:,}"
SHARE = "{:.1%}"
MINUTES = "{:,.1f}"
DOLLARS = "${:,.0f}"
CENTS = "${:,.2f}"

# Counted one by one, where the report takes shares and averages.
BY_HAND = {
    "orders": (COUNT, "select count(distinct order_id) from lakeflow.fct_orders"),
    "delivered": (COUNT, "select count(delivered_ts) from lakeflow.fct_orders"),
    "cancelled_share": (
        SHARE,
        "select count(cancelled_ts) / count(*) from lakeflow.fct_orders",
    ),
    "revenue": (DOLLARS, "select sum(order_revenue) from lakeflow.fct_orders"),
    "net_revenue": (DOLLARS, "select sum(net_revenue) from lakeflow.fct_orders"),
    "basket": (CENTS, "select sum(order_revenue) / count(*) from lakeflow.fct_orders"),
    "dishes": (MINUTES, "select sum(total_qty) / count(*) from lakeflow.fct_orders"),
    "repeat_share": (
        SHARE,
        "select count(*) filter (where is_repeat) / count(is_repeat) from lakeflow.fct_orders",
    ),
    "customers": (COUNT, "select count(distinct customer_id) from lakeflow.fct_orders"),
    "p50_minutes": (MINUTES, "select quantile_cont(total_minutes, 0.5) from lakeflow.fct_orders"),
    "p75_minutes": (MINUTES, "select quantile_cont(total_minutes, 0.75) from lakeflow.fct_orders"),
    "p99_minutes": (MINUTES, "select quantile_cont(total_minutes, 0.99) from lakeflow.fct_orders"),
    "on_time_share": (
        SHARE,
        (
            "select count(*) filter (where is_past_promise = false) / count(is_past_promise) "
            "from lakeflow.fct_orders"
        ),
    ),
    "late_share": (
        SHARE,
        "select count(*) filter (where is_late) / count(is_late) from lakeflow.fct_orders",
    ),
    **{
        f"late_{cause}_share": (
            SHARE,
            (
                f"select count(*) filter (where late_cause = '{cause}') / count(late_cause) "
                "from lakeflow.fct_orders"
            ),
        )
        for cause in ("kitchen", "pickup", "drive")
    },
    **{
        f"{stage}_minutes": (
            MINUTES,
            f"select quantile_cont({stage}_minutes, 0.5) from lakeflow.fct_orders",
        )
        for stage in ("kitchen", "pickup_wait", "drive")
    },
    "refunds_recommended": (
        COUNT,
        "select count(*) from lakeflow.fct_orders where refund_recommended_usd > 0",
    ),
    "recommended_usd": (DOLLARS, "select sum(refund_recommended_usd) from lakeflow.fct_orders"),
    "recommended_share": (
        SHARE,
        "select sum(refund_recommended_usd) / sum(order_revenue) from lakeflow.fct_orders",
    ),
    "decisions": (COUNT, "select count(refund_decided_class) from lakeflow.fct_orders"),
    "decided_usd": (CENTS, "select sum(refund_decided_usd) from lakeflow.fct_orders"),
    "agreement_share": (
        SHARE,
        (
            "select count(*) filter (where refund_decided_class <> 'partial') "
            "/ count(refund_decided_class) from lakeflow.fct_orders"
        ),
    ),
    "complaints": (COUNT, "select count(complaint_category) from lakeflow.fct_orders"),
    "complaint_share": (
        SHARE,
        "select count(complaint_category) / count(delivered_ts) from lakeflow.fct_orders",
    ),
    "credit_usd": (CENTS, "select sum(complaint_credit) from lakeflow.fct_orders"),
    "escalated_share": (
        SHARE,
        (
            "select count(*) filter (where complaint_decision = 'escalate') "
            "/ count(complaint_decision) from lakeflow.fct_orders"
        ),
    ),
    "couriers": (COUNT, "select count(distinct driver_id) from lakeflow.silver_courier_shifts"),
    "shifts": (COUNT, "select count(*) from lakeflow.silver_courier_shifts"),
    "utilisation": (SHARE, "select 80.5 / 240"),
    "waiting_share": (SHARE, "select 60 / 240"),
    "orders_an_hour": (
        MINUTES,
        "select sum(orders_delivered) / (count(*) * 4) from lakeflow.silver_courier_shifts",
    ),
    "lines": (COUNT, "select 9 * count(*) from lakeflow.fct_orders"),
    "duplicates": (COUNT, "select count(*) from lakeflow.gold_data_quality_day"),
    "rejected": (COUNT, "select 2 * count(*) from lakeflow.gold_data_quality_day"),
    "late_events": (COUNT, "select 2 * count(*) from lakeflow.gold_data_quality_day"),
    "orders_missing_steps": (COUNT, "select count(*) from lakeflow.gold_data_quality_day"),
}


@pytest.fixture(scope="module")
def page(reported: Reported) -> Page:
    return read_page(reported.html)


@pytest.fixture(scope="module")
def ask(reported: Reported) -> Callable[[str], list[tuple[Any, ...]]]:
    connection = duckdb.connect(str(reported.published / "caspers.duckdb"), read_only=True)
    return lambda statement: connection.execute(statement).fetchall()


def test_every_figure_is_checked(page: Page) -> None:
    assert set(BY_HAND) == set(FIGURES) == set(page.figures)


@pytest.mark.parametrize("key", BY_HAND)
def test_a_figure_equals_sql_written_by_hand(
    page: Page, ask: Callable[[str], list[tuple[Any, ...]]], key: str
) -> None:
    form, statement = BY_HAND[key]
    ((value,),) = ask(statement)
    if form == CENTS and value >= 1_000:
        form = DOLLARS
    assert page.figures[key] == form.format(value)


def test_the_headline_has_a_row_for_each_kitchen_and_for_all(
    page: Page, ask: Callable[[str], list[tuple[Any, ...]]]
) -> None:
    (caption,) = [caption for caption in page.tables if "2026 to " in caption]
    _, *rows = page.tables[caption]
    expected = ask(
        "select name, count(*), sum(order_revenue), quantile_cont(total_minutes, 0.5), "
        "count(*) filter (where is_late) / count(is_late) "
        "from lakeflow.fct_orders join lakeflow.dim_location using (location_id) "
        "group by name, location_id order by location_id"
    )
    for row, (name, orders, revenue, minutes, late) in zip(rows, expected, strict=False):
        assert row[:3] == [name, f"{orders:,}", f"${revenue:,.0f}"]
        assert (row[5], row[7]) == (f"{minutes:.1f}", f"{late:.1%}")
    assert rows[-1][:2] == ["All kitchens", page.figures["orders"]]
    assert len(rows) == len(expected) + 1


def test_curves_end_with_the_last_complete_day_and_totals_with_the_last_moment(
    page: Page, ask: Callable[[str], list[tuple[Any, ...]]]
) -> None:
    assert "The business to 28 Jan 2026, 01:25" in page.words  # the last delivery
    assert "the last of them 27 Jan 2026" in page.words
    _, *rows = page.tables["San Francisco by week"]
    expected = ask(
        "select greatest(date_trunc('week', order_day), date '2026-01-07')::date, count(*), "
        "count(*) / count(distinct order_day) from lakeflow.fct_orders "
        "where location_id = 1 and order_day < date '2026-01-28' group by 1 order by 1"
    )
    assert [row[:3] for row in rows] == [
        [f"{day.day} Jan 2026", str(orders), f"{a_day:.1f}"] for day, orders, a_day in expected
    ]


def test_words_follow_the_numbers(page: Page) -> None:
    assert "San Francisco grows" in page.words or "San Francisco explodes" in page.words
    assert "Chicago declines" in page.words
    assert "it gets slower" in page.words
    assert "Brand 5 left on 19 Jan 2026." in page.words
    assert "launched on 17 Jan 2026." in page.words


def test_causes_refunds_and_complaints_are_counted_by_kitchen(
    page: Page, ask: Callable[[str], list[tuple[Any, ...]]]
) -> None:
    counted = ask(
        "select count(is_late), count(*) filter (where late_cause = 'kitchen'), "
        "count(*) filter (where late_cause = 'pickup'), "
        "count(*) filter (where late_cause = 'drive') "
        "from lakeflow.fct_orders group by location_id order by location_id"
    )
    _, *rows = page.tables["Late orders by cause"]
    assert [row[1:] for row in rows] == [[f"{value:,}" for value in row] for row in counted]
    _, *rows = page.tables["Delivered orders by recommended class, and what was decided about them"]
    ((partial, agreed, left),) = ask(
        "select count(*), count(*) filter (where refund_decided_class = 'partial'), "
        "count(*) filter (where refund_decided_class is null) from lakeflow.fct_orders "
        "where location_id = 1 and refund_recommended_class = 'partial'"
    )
    assert ["San Francisco, partial", str(partial), "0", str(agreed), "0", str(left)] in rows
    _, *rows = page.tables["Complaints by category"]
    ((count,),) = ask("select count(*) from lakeflow.fct_orders where has_complaint")
    assert sum(int(cell) for row in rows for cell in row[1:3]) == count
    _, *rows = page.tables["Lines by week"]
    ((incomplete,),) = ask("select count(*) from lakeflow.gold_data_quality_day")
    assert sum(int(row[5]) for row in rows) == incomplete
