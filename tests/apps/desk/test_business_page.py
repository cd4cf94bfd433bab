"""The page of the business: its numbers equal SQL over the published tables, in page and CSV."""

import csv
import io
import time
from datetime import date, datetime, timedelta
from pathlib import Path
from statistics import mean
from typing import Any
from urllib.parse import parse_qs, urlsplit

import duckdb
import httpx
import pytest

from apps.desk.application import create_application
from apps.desk.days import USUAL_DAYS, Known, Period, chosen_period, mean_of_week
from apps.desk.published import PublishedTables
from apps.desk.settings import DeskSettings
from tests.apps.desk.conftest import ControlRoom
from tests.apps.desk.many_days import (
    DAYS,
    EXIT,
    FIRST,
    HEALTHY,
    KITCHENS,
    LAST,
    LATE_SNACKS,
    LAUNCH,
    PageTables,
    days,
    publish_days,
)
from tests.support.served_desk import served

DAILY = {
    "orders": """select location_id, order_day, count(*) from lakeflow.fct_orders group by all""",
    "revenue": """select location_id, order_day, sum(order_revenue)
        from lakeflow.fct_orders group by all""",
    "late": """select location_id, order_day, 100 * avg(is_late::int)
        from lakeflow.fct_orders where is_late is not null group by all""",
    "minutes": """select location_id, order_day,
        round(quantile_cont(total_minutes, 0.75), 3) from lakeflow.fct_orders group by all""",
    "refunds-recommended": """select location_id, order_day, sum(refund_recommended_usd)
        from lakeflow.fct_orders group by all""",
    "refunds-decided": """select location_id, order_day, sum(refund_decided_usd)
        from lakeflow.fct_orders group by all""",
}


@pytest.fixture
def client(control_room: ControlRoom) -> httpx.Client:
    return httpx.Client(base_url=control_room.address, trust_env=False, timeout=30)


def _sql(room: ControlRoom, statement: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(room.published), read_only=True) as connection:
        return connection.execute(statement).fetchall()


def _csv(client: httpx.Client, address: str) -> list[list[str]]:
    response = client.get(address)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"].startswith("text/csv")
    return [*csv.reader(io.StringIO(response.text))]


@pytest.mark.parametrize("measure", DAILY)
def test_numbers_by_day_and_kitchen_equal_sql(
    client: httpx.Client, control_room: ControlRoom, measure: str
) -> None:
    expected = {
        (kitchen, str(day)): float(value)
        for kitchen, day, value in _sql(control_room, DAILY[measure])
    }
    rows = _csv(client, f"/business/{measure}.csv?curve=day")
    assert [head.partition(" (")[0] for head in rows[0]] == ["day", *KITCHENS.values()]
    assert [row[0] for row in rows[1:]] == [str(day) for day in days()]
    found = {
        (kitchen, row[0]): float(row[kitchen])
        for row in rows[1:]
        for kitchen in KITCHENS
        if row[kitchen]
    }
    assert found == pytest.approx(expected)
    assert len(expected) == DAYS * 4


@pytest.mark.parametrize("measure", ["orders", "refunds-recommended", "minutes"])
def test_a_mean_of_seven_days_is_one_of_days_that_are_over(
    client: httpx.Client, control_room: ControlRoom, measure: str
) -> None:
    values = {
        (kitchen, day): float(value) for kitchen, day, value in _sql(control_room, DAILY[measure])
    }
    rows = _csv(client, f"/business/{measure}.csv?from=2026-10-01")
    assert rows[-1] == [str(LAST), "", "", "", ""]
    for row in rows[1:-1]:
        week = [date.fromisoformat(row[0]) - timedelta(days=number) for number in range(7)]
        for kitchen in KITCHENS:
            expected = mean(values[kitchen, day] for day in week)
            assert float(row[kitchen]) == pytest.approx(expected)
    assert rows[1][0] == "2026-10-01"


def test_a_share_of_a_week_is_that_of_its_orders_not_of_its_days(
    client: httpx.Client, control_room: ControlRoom
) -> None:
    rows = _csv(client, "/business/late.csv?to=2026-11-20")
    ((share,),) = _sql(
        control_room,
        """select 100.0 * count(*) filter (is_late) / count(is_late) from lakeflow.fct_orders
        where location_id = 2 and order_day between '2026-11-14' and '2026-11-20'""",
    )
    assert float(rows[-1][2]) == pytest.approx(share)


def test_causes_add_up_to_what_was_late(client: httpx.Client, control_room: ControlRoom) -> None:
    rows = _csv(client, "/business/late-causes.csv?kitchen=1&kitchen=4")
    expected = _sql(
        control_room,
        """select order_day, count(*) filter (late_cause = 'kitchen'),
          count(*) filter (late_cause = 'pickup'), count(*) filter (late_cause = 'drive'),
          count(*) filter (is_late) from lakeflow.fct_orders
        where location_id in (1, 4) group by all order by all""",
    )
    assert [row[1:] for row in rows[1:]] == [[str(each) for each in row[1:4]] for row in expected]
    assert all(sum(row[1:4]) == row[4] for row in expected)
    late = sum(row[4] for row in expected)
    page = client.get("/business?kitchen=1&kitchen=4").text
    assert f"{late:,} were late" in page


def test_page_and_download_show_the_same_with_the_same_filters(client: httpx.Client) -> None:
    asked = "kitchen=2&kitchen=3&from=2026-11-01&to=2026-11-10&curve=day"
    page = client.get(f"/business?{asked}&measure=revenue").text
    assert page.count('<figure class="panel chart" id="') == 4 + 2 + 1
    head, *rows = PageTables(page).tables["revenue"]
    assert head == ["day", "Silicon Valley", "Bellevue"]
    downloaded = _csv(client, f"/business/revenue.csv?{asked}")
    assert [row[1:] for row in rows] == [
        [f"${float(value):,.0f}" for value in row[1:]] for row in downloaded[1:]
    ]
    assert [row[0] for row in (rows[0], rows[-1])] == ["Sun Nov 1", "Tue Nov 10"]
    link = next(part for part in page.split('"') if part.startswith("/business/revenue.csv"))
    assert parse_qs(urlsplit(link.replace("&amp;", "&")).query) == parse_qs(asked)


def test_filters_stay_chosen_in_the_form(client: httpx.Client) -> None:
    page = client.get("/business?kitchen=3&from=2026-10-01&to=&measure=late&curve=day").text
    assert page.count(" checked") == 1
    assert 'name="kitchen" value="3" checked' in page
    assert 'name="from" value="2026-10-01"' in page
    assert '<option value="late" selected>' in page
    assert '<option value="day" selected>' in page


def test_totals_are_those_of_the_period_and_kitchens(
    client: httpx.Client, control_room: ControlRoom
) -> None:
    page = client.get("/business?kitchen=4&from=2026-10-05&to=2026-10-11").text
    ((orders, revenue, late, recommended, decided),) = _sql(
        control_room,
        """select count(*), sum(order_revenue), 100.0 * avg(is_late::int),
          sum(refund_recommended_usd), sum(refund_decided_usd) from lakeflow.fct_orders
        where location_id = 4 and order_day between '2026-10-05' and '2026-10-11'""",
    )
    for name, text in (
        ("orders", f"{orders:,}"),
        ("revenue", f"${revenue:,.0f}"),
        ("average basket", f"${revenue / orders:,.2f}"),
        ("late", f"{late:.1f}%"),
        ("refunds recommended", f"${recommended:,.0f}"),
        ("refunds decided", f"${decided:,.0f}"),
    ):
        assert f"<dt>{name}</dt><dd>{text}</dd>" in page


def test_the_stories_are_what_sql_tells(client: httpx.Client, control_room: ControlRoom) -> None:
    last = LAST - timedelta(days=1)
    rows = _csv(client, "/business/story-1.csv")
    assert rows[-1][0] == str(last), "the last day that is over"
    ((healthy, others),) = _sql(
        control_room,
        f"""select count(*) filter (list_contains(brands_in_order, {HEALTHY})) / 7,
          count(*) filter (brands_in_order <> [{HEALTHY}]) / 7 from lakeflow.fct_orders
        where location_id = 1 and order_day > date '{last}' - 7 and order_day <= '{last}'""",
    )
    assert [float(value) for value in rows[-1][1:]] == pytest.approx([healthy, others])

    rows = _csv(client, "/business/story-2.csv")
    night = "order_hour in (22, 23, 0)"
    ((orders, share, elsewhere),) = _sql(
        control_room,
        f"""select count(*) filter (location_id = 2) / 7,
          100.0 * count(*) filter (location_id = 2 and {night}) / count(*) filter (location_id = 2),
          100.0 * count(*) filter (location_id <> 2 and {night})
            / count(*) filter (location_id <> 2)
        from lakeflow.fct_orders
        where order_day > date '{last}' - 7 and order_day <= '{last}'""",
    )
    assert [float(value) for value in rows[-1][1:]] == pytest.approx([orders, share, elsewhere])

    rows = _csv(client, f"/business/launch-{LATE_SNACKS}-2.csv")
    by_day = {row[0]: int(row[1]) for row in rows[1:]}
    launched, left = (FIRST + timedelta(days=number) for number in (LAUNCH, EXIT))
    assert not any(by_day[str(day)] for day in days() if day < launched)
    assert by_day[str(launched)] > 0
    page = client.get("/business").text
    assert f"launched on {launched:%a %b} {launched.day}" in page
    assert f"left on {left:%a %b} {left.day}" in page
    assert page.count(">launched</text>") == page.count(">left</text>") == 1


def test_text_of_the_tables_is_never_a_part_of_the_page(client: httpx.Client) -> None:
    page = client.get("/business").text
    assert "<b>Chicago" not in page
    assert "<i>declines" not in page
    assert "&lt;b&gt;Chicago&lt;/b&gt;" in page


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ("from=2026-12-24", 200, "No day is both published and in the period"),
        ("from=2026-11-10&to=2026-11-01", 200, "No day is both published"),
        ("to=2020-01-01", 200, "No day is both published"),
        ("from=yesterday", 422, "This address has an error"),
        ("kitchen=one", 422, "This address has an error"),
        ("measure=everything", 422, "This address has an error"),
        ("kitchen=99", 200, "all kitchens"),
        ("from=0001-01-01&to=9999-12-31", 200, f"{DAYS} days"),
    ],
)
def test_no_address_breaks_the_page(
    client: httpx.Client, asked: str, status: int, said: str
) -> None:
    response = client.get(f"/business?{asked}")
    assert response.status_code == status
    assert said in " ".join(response.text.split())


def test_a_chart_that_is_not_there_is_not_found(client: httpx.Client) -> None:
    assert client.get("/business/nothing.csv").status_code == 404


def test_a_page_is_made_in_time_and_asks_nothing_twice(
    client: httpx.Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    client.get("/business").raise_for_status()
    monkeypatch.setattr(PublishedTables, "query", None)
    seconds = []
    for _ in range(5):
        # The desk is served in this process, and other processes may keep it waiting.
        begun = time.process_time()
        client.get("/business").raise_for_status()
        seconds.append(time.process_time() - begun)
    assert min(seconds) < 0.2, seconds


def test_an_older_build_says_what_it_lacks_and_shows_the_rest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path))
    with (
        served(create_application(DeskSettings())) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=30) as client,
    ):
        page = client.get("/business")
        assert (page.status_code, "Nothing is published yet" in page.text) == (200, True)
        assert client.get("/business/orders.csv").status_code == 503

        publish_days(tmp_path, without=("lakeflow.fct_orders", "lakeflow.dim_date"), build=7)
        page = client.get("/business")
        assert page.status_code == 200
        assert "has no fct_orders" in page.text
        assert "`make run`" in page.text
        assert page.text.count('<figure class="panel chart" id="') == 4 + 7
        assert "<dt>orders</dt>" in page.text
        assert "<dt>late</dt>" not in page.text
        assert client.get("/business/orders.csv").status_code == 200
        late = client.get("/business/late.csv")
        assert (late.status_code, "`make run`" in late.text) == (503, True)

        publish_days(tmp_path, build=8)
        page = client.get("/business").text
        assert "has no" not in page
        assert "<dt>late</dt>" in page
        assert 'data-build="8"' in page


def test_a_period_is_what_is_chosen_within_what_is_known() -> None:
    known = Known(date(2025, 1, 1), datetime(2026, 11, 27, 20, 59))
    assert len(chosen_period(known, None, None).days) == USUAL_DAYS
    assert chosen_period(known, date(2026, 11, 1), None) == Period(date(2026, 11, 1), LAST)
    assert chosen_period(known, None, date(2026, 6, 30)).last == date(2026, 6, 30)
    assert len(chosen_period(known, date(2020, 1, 1), None).days) == 400
    assert chosen_period(known, None, date(2024, 1, 1)).days == []


def test_a_mean_of_a_week_needs_seven_known_days() -> None:
    assert mean_of_week([1, 2, 3, 4, 5, 6, 7, 8]) == [None] * 6 + [4, 5]
    assert mean_of_week([None, *range(7)]) == [None] * 7 + [3]
