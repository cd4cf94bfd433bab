"""The page of the windows shows what their log has, the newest first, with reasons of failures."""

import csv
import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import httpx
import pytest

from apps.desk.application import create_application
from apps.desk.settings import DeskSettings
from flows.business.run_log import Outcome, RunRecord, Step, write_run
from tests.apps.desk.many_days import PageTables
from tests.support.served_desk import served

BEGAN = datetime(2026, 11, 27, 17, 0)
MESSAGE = "=cmd|'/c calc'! <script>document.title='run'</script>"


def _run(number: int) -> RunRecord:
    steps = [Step(name="landing", seconds=0.5 + number / 100), Step(name="build", seconds=9)]
    if number != 50:
        steps += [Step(name="publication", seconds=1.25), Step(name="sync", seconds=0.25)]
    run = RunRecord(
        began=BEGAN + timedelta(minutes=3 * number),
        seconds=sum(step.seconds for step in steps),
        outcome=Outcome.DONE,
        case="next window" if number else "first run",
        events=1000 + number,
        virtual_from="day 70 08:00:00",
        virtual_to="day 70 11:00:00",
        decisions=2,
        tables=33,
        tests=95,
        build=number + 1,
        files=800,
        files_written=40,
        rows_written=70,
        rows_deleted=1,
        steps=tuple(steps),
    )
    if number != 50:
        return run
    failed = {"outcome": Outcome.FAILED, "message": MESSAGE, "build": None, "rows_written": None}
    return run.model_copy(update=failed | {"tables": 0, "tests": 0})


@pytest.fixture
def client(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[httpx.Client]:
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path))
    with (
        served(create_application(DeskSettings())) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=30) as client,
    ):
        yield client


def test_windows_are_shown_with_what_they_did_and_cost(
    client: httpx.Client, tmp_path: Path
) -> None:
    page = client.get("/runs")
    assert (page.status_code, "No window has been recorded yet" in page.text) == (200, True)
    assert client.get("/runs.csv").text == "began\r\n"

    for number in range(60):
        write_run(tmp_path / "runs", _run(number))
    page = client.get("/runs")
    tables = PageTables(page.text).tables
    rows = [row for row in tables["log"][1:] if len(row) > 1]
    assert len(rows) == 40
    assert rows[0][0] == "Fri Nov 27, 19:57:00"
    assert rows[0][1] == "done"
    assert rows[0][2] == "1,059 events, day 70 08:00:00 to day 70 11:00:00; 2 decisionsin 1.1 s"
    assert rows[0][3] == "33 tables, 95 tests passedin 9.0 s"
    assert rows[0][4] == "build 60, 40 new filesin 1.2 s"
    assert rows[0][5] == "70 rows, 1 deletedin 0.2 s"
    assert rows[0][6] == "11.6 s"
    failed = next(row for row in rows if row[1] == "failed")
    assert failed[3:6] == ["noin 9.0 s", "no", "no"]
    assert [row for row in tables["log"] if len(row) == 1] == [[MESSAGE]]
    assert "<script>document" not in page.text
    assert "<dt>failed</dt><dd>1</dd>" in page.text
    # The chart has the same windows, the oldest first.
    assert tables["cost"][0] == [
        *("window", "landing", "build and tests", "publication", "sync to Postgres")
    ]
    assert tables["cost"][-1] == ["Nov 27, 19:57:00", "1.1 s", "9.0 s", "1.2 s", "0.2 s"]
    assert tables["landed"][-1] == ["Nov 27, 19:57:00", "1,059"]
    assert len(tables["cost"]) == 41


def test_more_windows_are_shown_where_asked_and_the_first_hides_no_other(
    client: httpx.Client, tmp_path: Path
) -> None:
    for number in range(45):
        write_run(tmp_path / "runs", _run(number))
    page = client.get("/runs?windows=200").text
    assert "<dt>windows shown</dt><dd>45</dd>" in page
    assert '<option value="200" selected>' in page
    landed = PageTables(page).tables["landed"]
    assert landed[1] == ["Nov 27, 17:00:00", "-"], "the first run lands all days at once"
    for asked in ("0", "1001", "x"):
        assert client.get(f"/runs?windows={asked}").status_code == 422


def test_the_log_is_downloaded_whole_and_without_formulas(
    client: httpx.Client, tmp_path: Path
) -> None:
    for number in (49, 50):
        write_run(tmp_path / "runs", _run(number))
    rows = [*csv.DictReader(io.StringIO(client.get("/runs.csv").text, newline=""))]
    assert [row["outcome"] for row in rows] == ["failed", "done"]
    assert rows[0]["message"] == f"'{MESSAGE}"
    assert (rows[0]["build"], rows[0]["sync_seconds"]) == ("", "")
    assert (rows[1]["build"], rows[1]["sync_seconds"], rows[1]["events"]) == ("50", "0.25", "1049")
