"""The log of the windows: whole records, the newest first, bounded, whatever kills the writer."""

import os
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from common.errors import UserError
from common.paths import PROJECT
from flows.build_results import Build, Node
from flows.business import recording
from flows.business.recording import recorded_run
from flows.business.resources import StoppedError
from flows.business.run_log import (
    Outcome,
    RunRecord,
    Step,
    has_runs,
    read_runs,
    remove_runs,
    write_run,
)
from flows.publication.publish import Publication
from flows.replay.commands import ReplayOptions, run
from flows.sync.mirror import Synced
from tests.support.sample_datasets import Small

BEGAN = datetime(2026, 11, 21, 10, 30)


def _record(minutes: int, **changed: object) -> RunRecord:
    began = BEGAN + timedelta(minutes=minutes)
    return RunRecord(began=began, seconds=1.5, outcome=Outcome.DONE).model_copy(update=changed)


@pytest.fixture
def warnings() -> list[str]:
    return []


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path))
    return tmp_path / "runs"


def test_the_newest_windows_are_read_as_they_were_written(tmp_path: Path) -> None:
    log = tmp_path / "runs"
    assert read_runs(log, 10) == []
    written = [_record(number, steps=(Step(name="build", seconds=0.5),)) for number in range(5)]
    for record in (written[3], written[0], written[4], written[1], written[2]):
        write_run(log, record)
    assert read_runs(log, 3) == [written[4], written[3], written[2]]
    assert read_runs(log, 10)[0].seconds_of("build") == 0.5
    assert read_runs(log, 10)[0].seconds_of("sync") is None


def test_old_windows_go_and_reading_opens_no_more_than_asked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = tmp_path / "runs"
    for number in range(8):
        write_run(log, _record(number), keep=5)
    assert [record.began.minute for record in read_runs(log, 10)] == [37, 36, 35, 34, 33]
    opened: list[str] = []
    read_bytes = Path.read_bytes
    monkeypatch.setattr(
        Path, "read_bytes", lambda self: opened.append(self.name) or read_bytes(self)
    )
    assert len(read_runs(log, 2)) == len(opened) == 2


def test_a_damaged_file_and_foreign_ones_do_not_hide_the_others(tmp_path: Path) -> None:
    log = tmp_path / "runs"
    good, bad = write_run(log, _record(0)), write_run(log, _record(1))
    bad.write_text("{")
    (log / "notes.txt").write_text("mine")
    (log / "run-20260101T000000000000.json.partial").write_text("{")
    assert read_runs(log, 10) == [_record(0)]
    assert has_runs(log)
    remove_runs(log)
    assert [file.name for file in log.iterdir()] == ["notes.txt"]
    assert not has_runs(log)
    assert not good.exists()


def test_what_a_killed_window_left_goes_after_an_hour(tmp_path: Path) -> None:
    log = tmp_path / "runs"
    write_run(log, _record(0))
    old, young = (log / f"run-2026010{day}T000000000000.json.partial" for day in (1, 2))
    for file in (old, young):
        file.write_text("{")
    os.utime(old, (0, 0))
    write_run(log, _record(1))
    assert not old.exists()
    assert young.exists()


SWEEP = """
import os, sys, shutil
from pathlib import Path
from datetime import datetime, timedelta
from flows.business.run_log import Outcome, RunRecord, read_runs, write_run
from tests.support.kill_sweep import forked, killed_at_touch, sweep

log = Path(sys.argv[1])
def record(minute):
    return RunRecord(began=datetime(2026, 11, 21, 10, minute), seconds=1, outcome=Outcome.DONE)

def kill_at(call):
    shutil.rmtree(log, ignore_errors=True)
    for minute in range(3):
        write_run(log, record(minute), keep=3)
    return forked(killed_at_touch(call, log, lambda: write_run(log, record(3), keep=3)))

def check(call):
    found = [each.began.minute for each in read_runs(log, 10)]
    assert found in ([2, 1, 0], [3, 2, 1, 0]), (call, found)
    assert len(found) == len([file for file in log.iterdir() if file.suffix == ".json"]), call
    write_run(log, record(4), keep=3)
    assert [each.began.minute for each in read_runs(log, 10)] == [4, *found][:3]

kills = sweep(kill_at, check)
assert [each.began.minute for each in read_runs(log, 10)] == [3, 2, 1]
print(kills)
"""


def test_killed_at_any_moment_nothing_half_written_is_seen(tmp_path: Path) -> None:
    command = [sys.executable, "-c", SWEEP, str(tmp_path / "runs")]
    ended = subprocess.run(
        command,
        cwd=PROJECT,
        env=os.environ | {"PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert ended.returncode == 0, ended.stderr
    assert int(ended.stdout) >= 3


def test_a_window_is_recorded_with_what_it_did_and_how_long_each_step_took(
    small: Small, landing: Path, log: Path, warnings: list[str]
) -> None:
    nodes = (
        Node("model.c.a", '"c"."lakeflow"."a"', "success", 0.1, 0, "OK"),
        Node("test.c.b.0a", None, "pass", 0.1, 0, ""),
        Node("test.c.c.0a", None, "warn", 0.1, 1, "Got 1 row"),
    )
    publication = Publication(7, {"lakeflow.a": 3}, 2, 9, 0.25)
    with recorded_run(warnings.append) as running:
        with running.step("landing"):
            running.report = report = run(small.folder, landing, BEGAN, ReplayOptions(start_day=1))
        running.decisions = 2
        with running.step("build"):
            running.built = Build(1.0, nodes, 3.5, publication)
        with running.step("sync"):
            running.synced = Synced(7, 11, 1)
    (record,) = read_runs(log, 10)
    assert (record.outcome, record.message, warnings) == (Outcome.DONE, "", [])
    assert (record.case, record.events) == ("first run", report.events)
    assert record.emitted_to == BEGAN
    assert record.virtual_to == "day 1 10:30:00"
    assert (record.tables, record.tests, record.warnings) == (1, 1, 1)
    assert (record.build, record.files_written, record.files) == (7, 2, 9)
    assert (record.decisions, record.rows_written, record.rows_deleted) == (2, 11, 1)
    assert [step.name for step in record.steps] == ["landing", "build", "publication", "sync"]
    assert record.seconds_of("publication") == 0.25
    assert record.seconds >= (record.seconds_of("landing") or 0) > 0


@pytest.mark.parametrize(
    ("error", "outcome", "message"),
    [
        (UserError("dbt could not build a: fix it."), Outcome.FAILED, "dbt could not build a: fix"),
        (ValueError("a bug"), Outcome.FAILED, "ValueError: a bug"),
        (StoppedError(), Outcome.STOPPED, "Stopped before"),
        (KeyboardInterrupt(), Outcome.STOPPED, "Stopped before"),
    ],
)
def test_a_window_that_does_not_end_well_is_recorded_with_its_reason(
    log: Path,
    warnings: list[str],
    error: BaseException,
    outcome: Outcome,
    message: str,
) -> None:
    with (
        pytest.raises(type(error)),
        recorded_run(warnings.append) as running,
        running.step("build"),
    ):
        raise error
    (record,) = read_runs(log, 10)
    assert (record.outcome, record.message[: len(message)]) == (outcome, message)
    assert (record.build, record.rows_written, record.decisions) == (None, None, None)
    assert [step.name for step in record.steps] == ["build"]


def test_a_window_is_not_lost_when_the_log_cannot_be_written(
    log: Path, warnings: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_: object) -> None:
        raise OSError(28, "No space left on device", str(log))

    monkeypatch.setattr(recording, "write_run", full_disk)
    with recorded_run(warnings.append):
        pass
    assert "the disk is full" in warnings[0]
