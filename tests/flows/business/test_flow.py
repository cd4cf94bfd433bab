"""The Prefect flow, and the little that it does itself."""

import errno
import json
import logging
import os
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

import generator.dataset.canonical
from common.errors import BusyError, UserError
from common.paths import PROJECT
from flows.business import flow
from flows.business.__main__ import make_dataset
from flows.business.display import PlainDisplay
from flows.business.resources import Resources, using
from flows.business.run_log import read_runs
from tests.support.sample_datasets import Small, landed_lines

PREFECT = {"flow", "schedule"}


def fake_resources(builder: object = None) -> Resources:
    return Resources(builder, PlainDisplay(quiet=True))  # type: ignore[arg-type]


def test_only_a_busy_resource_is_retried() -> None:
    resources = fake_resources()
    with using(resources):
        for error, again in ((BusyError("x"), True), (UserError("x"), False), (OSError(), False)):
            state = SimpleNamespace(result=lambda raise_on_failure, error=error: error)  # noqa: ARG005
            assert flow._is_busy(None, None, state) is again
        resources.stop.set()
        state = SimpleNamespace(result=lambda raise_on_failure: BusyError("x"))  # noqa: ARG005
        assert not flow._is_busy(None, None, state)


def test_landing_takes_its_folders_and_options_from_the_environment(
    small: Small, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path))
    monkeypatch.setenv("START_DAY", "2")
    monkeypatch.setenv("SPEED_MULTIPLIER", "5")
    (tmp_path / "canonical").symlink_to(small.folder)
    with using(fake_resources()):
        landed = flow.land_window.fn()
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
        make_dataset()
    assert called == [tmp_path / "canonical"]
    (tmp_path / "canonical").symlink_to(small.folder)
    make_dataset()
    assert len(called) == 1


def test_a_user_error_is_logged_in_one_line() -> None:
    error = UserError("Fix this.")
    record = logging.LogRecord("x", 40, "", 0, "failed: %r", (error,), (UserError, error, None))
    assert flow._HideTracebackOfUserErrors().filter(record)
    assert (record.getMessage(), record.exc_info) == ("Fix this.", None)
    bug = ValueError("a bug")
    record = logging.LogRecord("x", 40, "", 0, "failed", (), (ValueError, bug, None))
    assert flow._HideTracebackOfUserErrors().filter(record)
    assert record.exc_info is not None


def test_nothing_else_imports_prefect() -> None:
    for file in (PROJECT / "flows").rglob("*.py"):
        imports = [
            line
            for line in file.read_text(encoding="utf-8").splitlines()
            if line.startswith(("import prefect", "from prefect"))
        ]
        assert bool(imports) == (file.parent.name == "business" and file.stem in PREFECT), file


SCRIPT = """
import atexit
import duckdb
from common.errors import BusyError, UserError
from common.paths import published_directory, warehouse_file
from contextlib import nullcontext
from flows.build_results import Build, Node
from flows.business import live, once, startup
from flows.business.__main__ import main
from flows.publication.publish import publish
from flows.publication.tables import PublishedTable
from flows.server import prepare_environment, silence_prefect_console, start_server
from tests.flows.publication.small_warehouse import CHANGE_LOG
from tests.flows.test_summary import ROWS, TABLES

attempts = []
PUBLISHED = [
    PublishedTable("lakeflow", name, name) for name in ("gold_order_header", "gold_kitchen_summary")
]

class FakeBuilder:
    def __init__(self, *_, **__):
        pass

    def build_window(self, *_):
        attempts.append(1)
        if len(attempts) == 1:
            raise BusyError("open in another program")
        if len(attempts) == 3:
            raise UserError("dbt could not build a_model: fix it.")
        new = not warehouse_file().exists()
        with duckdb.connect(str(warehouse_file())) as connection:
            if new:
                connection.execute(CHANGE_LOG + TABLES + ROWS)
            publication = publish(connection, PUBLISHED, published_directory())
        table = '"caspers"."lakeflow"."gold_order_header"'
        node = Node("model.c.gold_order_header", table, "success", 0.1, 0, "OK")
        return Build(1.0, (node,), publication=publication)

    def test_everything(self, *_):
        return Build(2.0, (Node("test.c.unique_x.0a", None, "pass", 0.1, 0, ""),))

prepare_environment()
server = start_server()
atexit.register(server.stop)
server.wait_until_healthy()
silence_prefect_console()
from flows.business import flow
flow.build_tables.retry_delay_seconds = 0
startup.warm_dbt = nullcontext
once.Builder = live.Builder = FakeBuilder
live.CHECK_INTERVAL *= 0
codes = [main(["once"]), main(["once"]), main(["serve", "--every", "1", "--windows", "3"])]
print("codes", codes, flush=True)
main(["serve", "--every", "600"])
"""


def check_log_of_windows(log: Path) -> None:
    """Six windows ran, of which the second failed in its build."""
    runs = read_runs(log, 100)
    assert [run.outcome for run in runs] == ["done"] * 4 + ["failed", "done"]
    assert runs[4].message.startswith("dbt could not build a_model: fix it.")
    assert [step.name for step in runs[4].steps] == ["landing", "snapshot", "decisions", "build"]
    assert [step.name for step in runs[5].steps] == [
        *("landing", "snapshot", "decisions", "build", "publication", "sync", "report")
    ]
    assert (runs[5].case, runs[5].events > 0, runs[5].build) == ("first run", True, 1)


def test_runs_leave_artifacts_failed_ones_a_line_and_the_loop_goes_on(
    small: Small, tmp_path: Path
) -> None:
    """The one test with a real Prefect server: of its own, on loopback, gone afterwards."""
    (tmp_path / "canonical").symlink_to(small.folder)
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("PREFECT_", "CASPERS_POSTGRES"))
    } | {"CASPERS_DATA": str(tmp_path), "START_DAY": "1"}
    # Proxies that nobody answers, and no exception for loopback.
    for name in ("http_proxy", "https_proxy", "all_proxy"):
        environment |= {name: "http://127.0.0.1:9", name.upper(): "http://127.0.0.1:9"}
    environment = {name: environment[name] for name in environment if name.lower() != "no_proxy"}

    with subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        lines = []
        for line in process.stdout:
            lines.append(line.rstrip())
            loops = sum("The business is live" in each for each in lines)
            if loops == 2 and lines[-1].startswith("Tested all of history"):
                break
        process.send_signal(signal.SIGTERM)
        rest, errors = process.communicate(timeout=100)
    said = "\n".join([*lines, rest])
    assert process.returncode == 0, errors
    assert "codes [0, 1, 0]" in said
    assert "(first run), day 0 00:00:00 to day 1 " in said
    assert "Built 1 tables and passed 0 tests" in said
    assert "San Francisco" in said
    assert "make live" in said
    assert said.count("The business is live") == said.count("Stopped. All that landed") == 2
    # Three windows of the first loop, one of the second, each with a check behind it.
    assert said.count("The next window comes at ") == said.count("Tested all of history") == 4
    assert "error: dbt could not build a_model: fix it." in errors.splitlines()
    assert "Traceback" not in errors

    with sqlite3.connect(tmp_path / "prefect" / "prefect.db") as database:
        states = database.execute(
            "SELECT state_type, count(*) FROM flow_run WHERE state_type <> 'SCHEDULED' "
            "GROUP BY state_type ORDER BY state_type"
        ).fetchall()
        artifacts = dict(database.execute("SELECT key, data FROM artifact WHERE key IS NOT NULL"))
        attempts = database.execute(
            "SELECT max(run_count) FROM task_run WHERE name LIKE 'build_tables%'"
        ).fetchone()
        paused = database.execute("SELECT name, paused FROM deployment").fetchall()
    completed = dict(states)
    assert completed["COMPLETED"] == 1 + 4 + 4
    assert completed["FAILED"] == 1
    assert set(completed) <= {"COMPLETED", "FAILED", "CANCELLED"}
    assert set(artifacts) == {"window", "tables", "casper-kitchens"}
    assert "San Francisco | 102" in artifacts["casper-kitchens"]
    (table,) = json.loads(json.loads(artifacts["tables"]))
    assert (table["table"], table["rows"]) == ("lakeflow.gold_order_header", 102)
    (window,) = json.loads(json.loads(artifacts["window"]))
    assert window["rows written to Postgres"] == 0, "it was there"
    assert not (tmp_path / "postgres" / "cluster" / "postmaster.pid").exists(), "it was stopped"
    assert attempts == (2,)
    check_log_of_windows(tmp_path / "runs")
    assert len(paused) == 1
    assert paused[0][0].startswith("live-")
    assert paused[0][1], "the schedule sleeps until the next `make live`"
