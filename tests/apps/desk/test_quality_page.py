"""The page of the quality: lines and orders equal SQL, and stages are as old as is known."""

import csv
import io
import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import httpx
import psycopg
import pytest

from apps.desk.application import create_application
from apps.desk.settings import DeskSettings
from flows.business.run_log import Outcome, RunRecord, Step, write_run
from flows.postgres.server import Server
from tests.apps.desk.conftest import ControlRoom
from tests.apps.desk.many_days import PageTables, publish_days
from tests.support.postgres import owner_url
from tests.support.served_desk import served

BEGAN = datetime(2026, 11, 27, 20, 30)


@pytest.fixture
def client(control_room: ControlRoom) -> httpx.Client:
    return httpx.Client(base_url=control_room.address, trust_env=False, timeout=30)


@pytest.fixture(autouse=True)
def _empty(postgres: Server) -> Iterator[None]:
    yield
    with psycopg.connect(owner_url(postgres)) as connection:
        connection.execute("truncate refunds.refund_decisions restart identity")
        connection.execute("delete from sync.state")


def _sql(room: ControlRoom, statement: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(room.published), read_only=True) as connection:
        return connection.execute(statement).fetchall()


def _stages(client: httpx.Client) -> dict[str, list[str]]:
    rows = PageTables(client.get("/quality").text).tables["stages"][1:]
    return {row[0]: row[1:] for row in rows}


def _ages(client: httpx.Client) -> list[datetime]:
    page = client.get("/quality").text.split('id="by-day"')[0]
    return [datetime.fromisoformat(found) for found in re.findall('data-age-of="([^"]+)"', page)]


def test_lines_by_day_equal_sql(client: httpx.Client, control_room: ControlRoom) -> None:
    for name, columns in {
        "lines": "events, duplicates, rejected",
        "rejected": "rejected_unreadable, rejected_incomplete, 0, 0, 0",
        "late-events": "late_events",
        "orders": "orders_in_progress, orders_missing_steps, 0, 0",
    }.items():
        summed = ", ".join(f"sum({each})" for each in columns.split(", "))
        expected = _sql(
            control_room,
            f"""select day, {summed} from lakeflow.gold_data_quality_day
            where day between '2026-11-01' and '2026-11-20' group by day order by day""",
        )
        text = client.get(f"/quality/{name}.csv?from=2026-11-01&to=2026-11-20").text
        rows = [*csv.reader(io.StringIO(text))][1:]
        # A sum of zeros that are no column counts the days.
        assert [[row[0], *map(int, row[1:])] for row in rows] == [
            [str(row[0]), *map(int, row[1:])] for row in expected
        ], name
        assert len(rows) == 20


def test_figures_and_reasons_are_those_of_the_period(
    client: httpx.Client, control_room: ControlRoom
) -> None:
    page = client.get("/quality?from=2026-11-01&to=2026-11-20").text
    ((lines, rejected, unreadable, complete, without_time),) = _sql(
        control_room,
        """select sum(lines) filter (recent), sum(rejected) filter (recent),
          sum(rejected_unreadable) filter (recent),
          sum(orders_complete) filter (recent) / sum(orders) filter (recent),
          sum(lines) filter (day = date '1970-01-01')
        from (select *, day between '2026-11-01' and '2026-11-20' as recent
          from lakeflow.gold_data_quality_day)""",
    )
    assert f"<dt>lines landed</dt><dd>{lines:,}</dd>" in page
    assert f"<dt>rejected</dt><dd>{100 * rejected / lines:.2f}%</dd>" in page
    assert f"<dt>orders with all steps</dt><dd>{100 * complete:.2f}%</dd>" in page
    assert f"{without_time} more lines do not say when" in page
    by_reason = {row[3]: row[:3] for row in PageTables(page).tables["reasons"][1:]}
    assert by_reason["blank_line"] == [
        "blank line", f"{unreadable + without_time:,}", "unreadable"
    ]  # fmt: skip
    assert by_reason["ts_missing"][1] == f"{rejected - unreadable:,}"


def test_stages_are_as_old_as_is_known(
    client: httpx.Client, control_room: ControlRoom, postgres: Server
) -> None:
    stages = _stages(client)
    assert stages["Landing"][0].startswith("not known: no window has been recorded")
    assert stages["Publication"][0] == "build 7"
    assert stages["Sync to Postgres"][0] == "behindnothing is synced yet"
    assert stages["Decisions from Postgres"][0] == "nobody has decided anything yet"

    steps = tuple(
        Step(name=name, seconds=seconds) for name, seconds in (("landing", 2), ("build", 10))
    )
    landed = {"events": 1234, "virtual_to": "day 70 20:30:00", "emitted_to": BEGAN}
    good = RunRecord(
        began=BEGAN, seconds=15, outcome=Outcome.DONE, tables=33, steps=steps, **landed
    )
    later = BEGAN + timedelta(minutes=3)
    failed = RunRecord(began=later, seconds=15, outcome=Outcome.FAILED, steps=steps, **landed)
    write_run(control_room.data / "runs", good)
    stages = _stages(client)
    assert stages["Landing"][0] == "1,234 events up to day 70 20:30:00"
    assert stages["Build"][0] == "33 tables, 0 tests passed"
    ages = _ages(client)
    assert ages[:2] == [
        BEGAN.replace(tzinfo=UTC) + timedelta(seconds=seconds) for seconds in (2, 12)
    ]
    written = (control_room.data / "published" / "publication.json").stat().st_mtime
    assert ages[2].timestamp() == pytest.approx(written, abs=0.001)
    write_run(control_room.data / "runs", failed)
    assert _stages(client)["Build"][0].startswith("behind33 tables")

    with psycopg.connect(owner_url(postgres)) as connection:
        connection.execute("insert into sync.state (build, token) values (6, 'a')")
        connection.execute(
            """insert into refunds.refund_decisions (order_id, amount_usd, refund_class, reason)
            select 'order' || n, 1, 'partial', 'late' from generate_series(1, 3) as n"""
        )
    stages = _stages(client)
    assert stages["Sync to Postgres"][0] == "behindbuild 6; 7 is published"
    assert stages["Decisions from Postgres"][0].startswith("behind3 of 3 wait")
    assert abs(_ages(client)[-1] - datetime.now(UTC)) < timedelta(minutes=5)
    with psycopg.connect(owner_url(postgres)) as connection:
        connection.execute("update sync.state set build = 7")
    assert _stages(client)["Sync to Postgres"][0] == "build 7"


def test_without_postgres_and_tables_the_page_says_so_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path))
    monkeypatch.setenv("CASPERS_POSTGRES", "postgresql://caspers_desk@127.0.0.1:9/caspers")
    with (
        served(create_application(DeskSettings())) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=30) as client,
    ):
        begun = time.perf_counter()
        page = client.get("/quality")
        assert time.perf_counter() - begun < 4
        assert page.status_code == 200
        assert page.text.count("Postgres cannot be reached") == 2
        assert "Nothing is published yet" in page.text

        publish_days(tmp_path, without=("lakeflow.gold_data_quality_day",))
        page = client.get("/quality")
        assert page.status_code == 200
        assert "has no gold_data_quality_day" in page.text
        inventory = json.loads((tmp_path / "published" / "publication.json").read_text())
        assert f"build {inventory['build']}" in page.text


def test_no_address_breaks_the_page(client: httpx.Client) -> None:
    assert client.get("/quality?from=&to=").status_code == 200
    assert "No day is both published" in client.get("/quality?from=2027-01-01").text
    assert client.get("/quality?from=x").status_code == 422
    assert client.get("/quality/nothing.csv").status_code == 404
