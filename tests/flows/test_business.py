"""The Prefect flow, and the little that it does itself."""

import errno
import json
import logging
import os
import re
import sqlite3
import subprocess
import sys
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

import generator.dataset.canonical
from common.errors import BusyError, UserError
from common.paths import PROJECT
from flows import business
from flows.build_results import Build, Node
from flows.replay.commands import ReplayOptions, Report, run
from flows.replay.window import Case
from tests.support.sample_datasets import Small, landed_lines

NODES = (
    Node("model.c.all_events", '"caspers"."lakeflow"."all_events"', "success", 0.512, 0, "OK"),
    Node("model.c.a_view", '"caspers"."lakeflow"."a_view"', "success", 0.1, 0, "OK"),
    Node("test.c.unique_x.0a", None, "pass", 0.1, 0, ""),
)
BUILT = Build(12.34, NODES)


@pytest.fixture
def report(small: Small, landing: Path) -> Report:
    return run(small.folder, landing, datetime(2026, 11, 21, 10, 30), ReplayOptions(start_day=1))


def test_the_row_of_a_window_has_bounds_events_tables_and_times(report: Report) -> None:
    row = business.window_row(report, BUILT)
    assert row["from"] == "2026-11-20 00:00:00.000"
    assert row["to"] == "2026-11-21 10:30:00.000"
    assert row["virtual"] == "day 0 00:00:00 - day 1 10:30:00"
    assert (row["case"], row["events"]) == ("first run", report.events)
    assert (row["tables built"], row["tests passed"], row["build seconds"]) == (2, 1, 12.3)
    nothing = replace(report, case=Case.PAUSED, window=None, file=None, events=0)
    assert business.window_row(nothing, BUILT) | {"landing seconds": 0} == row | {
        "case": "paused",
        "from": "",
        "to": "",
        "virtual": "",
        "events": 0,
        "landing seconds": 0,
    }
    assert json.loads(json.dumps(row)) == row


def test_a_window_is_announced_in_two_lines_with_the_next(
    report: Report, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(business, "land_window", lambda: report)
    monkeypatch.setattr(business, "build_tables", lambda: BUILT)
    monkeypatch.setattr(business, "publish", lambda *_: ())
    business.casper_kitchens.fn(announce=True)
    landed, built = capsys.readouterr().out.splitlines()
    assert landed.startswith(f"Landed {report.events:,} events (first run), day 0 00:00:00 to ")
    assert re.fullmatch(
        r"Built 2 tables and passed 1 tests in 12 s\. The next window comes at \d\d:\d\d:\d\d\.",
        built,
    )
    business.casper_kitchens.fn()
    assert capsys.readouterr().out == ""

    def fail() -> None:
        raise UserError("Fix this.")

    monkeypatch.setattr(business, "build_tables", fail)
    with pytest.raises(UserError):
        business.casper_kitchens.fn(announce=True)
    error, following = capsys.readouterr().err.splitlines()
    assert error == "error: Fix this."
    assert following.startswith("The next window comes at ")


def test_live_begins_at_once_and_leaves_the_terminal_to_its_windows(
    small: Small,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path))
    (tmp_path / "canonical").symlink_to(small.folder)
    calls: list[object] = []

    class Runner:
        def __init__(self, **_: object) -> None:
            """Take the options of Prefect's."""

        def add_flow(self, flow: object, *, parameters: object, **_: object) -> None:
            calls.append((flow, parameters))

    async def run_nothing(_: object) -> None:
        calls.append("run until stopped")

    monkeypatch.setattr(business, "prefect_server", lambda: nullcontext("http://127.0.0.1:1/api"))
    monkeypatch.setattr(business, "_Runner", Runner)
    monkeypatch.setattr(business, "_run_until_stopped", run_nothing)
    monkeypatch.setattr(business, "run_deployment", lambda name, timeout: calls.append(name))  # noqa: ARG005
    monkeypatch.delenv(business._CONSOLE_LEVEL, raising=False)
    business.serve()
    assert calls == [
        (business.casper_kitchens, {"announce": True}),
        "casper-kitchens/live",
        "run until stopped",
    ]
    assert os.environ[business._CONSOLE_LEVEL] == "CRITICAL"
    del os.environ[business._CONSOLE_LEVEL]
    printed = capsys.readouterr()
    assert printed.err == "Starting the Prefect server …\n"
    assert printed.out.startswith("The business is live; watch it at http://127.0.0.1:1 - Ctrl-C")


def test_a_window_that_is_overdue_begins_at_once() -> None:
    scheduled = datetime(2026, 11, 21, 10, 30)
    assert business.next_window(scheduled, scheduled) == scheduled + business.INTERVAL
    late = scheduled + 2 * business.INTERVAL
    assert business.next_window(scheduled, late) == late


def test_tables_are_listed_with_their_rows_and_views_are_not() -> None:
    rows = business.table_rows(BUILT, {"lakeflow.all_events": 7, "lakeflow.other": 1})
    assert rows == [{"table": "lakeflow.all_events", "rows": 7, "seconds": 0.51}]


def test_only_a_busy_resource_is_retried() -> None:
    for error, again in ((BusyError("x"), True), (UserError("x"), False), (OSError(), False)):
        state = SimpleNamespace(result=lambda raise_on_failure, error=error: error)  # noqa: ARG005
        assert business._is_busy(None, None, state) is again


def test_landing_takes_its_folders_and_options_from_the_environment(
    small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path))
    monkeypatch.setenv("START_DAY", "2")
    monkeypatch.setenv("SPEED_MULTIPLIER", "5")
    (tmp_path / "canonical").symlink_to(small.folder)
    landed = business.land_window.fn()
    assert (landed.settings.start_day, landed.settings.segments[0].speed) == (2, 5.0)
    assert len(landed_lines(tmp_path / "landing" / "events")) == landed.events > 0


def test_a_dataset_is_made_only_where_it_is_missing(
    small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path))
    called: list[Path] = []

    def full_disk(_plan: object, out: Path, _progress: object) -> None:
        called.append(out)
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(generator.dataset.canonical, "make_dataset", full_disk)
    with pytest.raises(UserError, match=r"the disk is full: free some space .* CASPERS_DATA"):
        business.make_dataset()
    assert called == [tmp_path / "canonical"]
    (tmp_path / "canonical").symlink_to(small.folder)
    business.make_dataset()
    assert len(called) == 1


def test_a_user_error_is_logged_in_one_line() -> None:
    error = UserError("Fix this.")
    record = logging.LogRecord("x", 40, "", 0, "failed: %r", (error,), (UserError, error, None))
    assert business._HideTracebackOfUserErrors().filter(record)
    assert (record.getMessage(), record.exc_info) == ("Fix this.", None)
    bug = ValueError("a bug")
    record = logging.LogRecord("x", 40, "", 0, "failed", (), (ValueError, bug, None))
    assert business._HideTracebackOfUserErrors().filter(record)
    assert record.exc_info is not None


def test_nothing_else_imports_prefect() -> None:
    for file in (PROJECT / "flows").rglob("*.py"):
        imports = [
            line
            for line in file.read_text(encoding="utf-8").splitlines()
            if line.lstrip().startswith(("import prefect", "from prefect"))
        ]
        assert bool(imports) == (file.name == "business.py"), file


ONCE = """
import sys
import duckdb
from flows import business
from flows.build_results import Build, Node
from common.errors import BusyError
from flows.server import prefect_server
from common.errors import UserError
from common.paths import warehouse_file
from tests.flows.test_summary import ROWS, TABLES

attempts = []
business.build_tables = business.build_tables.with_options(retry_delay_seconds=0)

def build(**_):
    attempts.append(1)
    if len(attempts) == 1:
        raise BusyError("open in another program")
    if len(attempts) > 2:
        raise UserError("dbt could not build a_model: fix it.")
    with duckdb.connect(str(warehouse_file())) as connection:
        connection.execute(TABLES + ROWS)
    table = '"caspers"."lakeflow"."gold_order_header"'
    return Build(1.0, (Node("model.c.gold_order_header", table, "success", 0.1, 0, "OK"),))

business.build = build
with prefect_server():
    codes = [business.main(["once"]), business.main(["once"])]
sys.exit(0 if codes == [0, 1] else 1)
"""


def test_a_run_leaves_artifacts_and_a_failed_one_a_single_line(
    small: Small, tmp_path: Path
) -> None:
    """The one test with a real Prefect server: of its own, on loopback, gone afterwards."""
    (tmp_path / "canonical").symlink_to(small.folder)
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")
    } | {"CASPERS_DATA": str(tmp_path), "START_DAY": "1"}
    # Proxies that nobody answers, and no exception for loopback.
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        environment |= {name: "http://127.0.0.1:9", name.upper(): "http://127.0.0.1:9"}
    environment = {name: environment[name] for name in environment if name.lower() != "no_proxy"}

    ended = subprocess.run(
        [sys.executable, "-c", ONCE],
        cwd=PROJECT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert "(first run), day 0 00:00:00 to day 1 " in ended.stdout
    assert "Built 1 tables and passed 0 tests" in ended.stdout
    assert "San Francisco" in ended.stdout
    assert "make live" in ended.stdout
    assert ended.stderr.splitlines()[-1] == "error: dbt could not build a_model: fix it."
    assert "Traceback" not in ended.stderr

    with sqlite3.connect(tmp_path / "prefect" / "prefect.db") as database:
        states = database.execute("SELECT state_type FROM flow_run ORDER BY start_time").fetchall()
        artifacts = dict(database.execute("SELECT key, data FROM artifact WHERE key IS NOT NULL"))
        attempts = database.execute(
            "SELECT max(run_count) FROM task_run WHERE name LIKE 'build_tables%'"
        ).fetchone()
    assert states == [("COMPLETED",), ("FAILED",)]
    assert set(artifacts) == {"window", "tables", "casper-kitchens"}
    assert '"first run' in artifacts["window"].replace("\\", "")
    assert "San Francisco | 102" in artifacts["casper-kitchens"]
    assert attempts == (2,)
