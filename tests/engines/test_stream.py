"""The streaming source on Spark with Delta Lake: killed at any moment, each event is there once."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from common.canonical_dataset import open_dataset
from common.errors import UserError
from common.landing.event_lines import write_window
from common.landing.window import Window
from flows.stream import _reason, checked_target
from generator.dataset.stream.offsets import StreamOffset, parse_offset
from tests.engines.stream_worker import BUSY
from tests.support.business import PROJECT

if TYPE_CHECKING:
    from pathlib import Path

KEYS = ("event_id", "event_type", "ts", "location_id", "order_id", "sequence", "body")


def command(folder: Path, mode: str, **options: object) -> list[str]:
    given = [f"{name}={value}" for name, value in options.items()]
    return [sys.executable, "-m", "tests.engines.stream_worker", str(folder), mode, *given]


def run(
    folder: Path, mode: str, *, succeeds: bool = True, **options: object
) -> subprocess.CompletedProcess[str]:
    while True:
        ended = subprocess.run(
            command(folder, mode, **options),
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )
        if not ended.returncode or BUSY not in ended.stderr:
            break
    assert (ended.returncode == 0) == succeeds, ended.stderr[-3000:]
    return ended


def last_offset(folder: Path) -> StreamOffset:
    """The end of the newest batch that was planned."""
    planned = [
        file for file in (folder / "checkpoint" / "offsets").iterdir() if file.name.isdigit()
    ]
    newest = max(planned, key=lambda file: int(file.name))
    return parse_offset(json.loads(newest.read_text().splitlines()[-1]))


def streamed(folder: Path) -> list[tuple[object, ...]]:
    run(folder, "export")
    rows = pq.read_table(folder / "table.parquet").to_pylist()
    return sorted(tuple(row[key] for key in KEYS) for row in rows)


def replayed(canonical: Path, end: StreamOffset, folder: Path) -> list[tuple[object, ...]]:
    """What the replay lands for the same positions."""
    settings = end.settings
    assert settings is not None
    file = folder / "replayed.jsonl"
    window = Window(0, end.position)
    write_window(open_dataset(canonical), settings.profile, window, settings.shift_days, file)
    lines = map(json.loads, file.read_text().splitlines())
    return sorted(tuple(line[key] for key in KEYS) for line in lines)


def planned_batches(folder: Path) -> list[int]:
    """Numbers of the batches that were planned, ascending."""
    offsets = folder / "checkpoint" / "offsets"
    if not offsets.exists():
        return []
    return sorted(int(file.name) for file in offsets.iterdir() if file.name.isdigit())


def kill_at_a_random_moment(folder: Path, rng: random.Random, **options: object) -> None:
    """Let the stream plan a few batches, and end it some moment later, Java and all."""
    until = len(planned_batches(folder)) + rng.randint(1, 4)
    with subprocess.Popen(
        command(folder, "forever", **options),
        cwd=PROJECT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    ) as stream:
        while len(planned_batches(folder)) < until:
            assert stream.poll() is None
            time.sleep(0.05)
        time.sleep(rng.uniform(0, 2))
        assert stream.poll() is None
        os.killpg(stream.pid, signal.SIGKILL)


@pytest.mark.parametrize(
    "kills", [pytest.param(2, marks=pytest.mark.spark), pytest.param(10, marks=pytest.mark.long)]
)
def test_killed_at_random_moments_it_loses_and_doubles_nothing(
    canonical: Path, tmp_path: Path, kills: int
) -> None:
    rng = random.Random(kills)  # noqa: S311
    options = {"datasetPath": canonical, "simulationStartDay": 1, "speedMultiplier": 20_000}
    for _ in range(kills):
        kill_at_a_random_moment(tmp_path, rng, maxEventsPerBatch=700, **options)
    # What was planned is finished, and the next batch may be of any size.
    run(tmp_path, "once", **options)
    end = last_offset(tmp_path)
    assert len(planned_batches(tmp_path)) > kills
    landed = streamed(tmp_path)
    assert len({row[0] for row in landed}) == len(landed)
    assert landed == replayed(canonical, end, tmp_path)


@pytest.mark.spark
def test_it_lands_what_is_due_and_says_so(canonical: Path, tmp_path: Path) -> None:
    options = {"canonical": canonical, "start-day": 1, "speed": 100_000}
    first = run(tmp_path, "command", **options)
    second = run(tmp_path, "command", canonical=canonical)
    for ended in (first, second):
        assert " events are in " in ended.stdout
    assert streamed(tmp_path) == replayed(canonical, last_offset(tmp_path), tmp_path)
    windows = pq.read_table(tmp_path / "table.parquet")["landed_window"].unique().to_pylist()
    assert len(windows) == 2
    third = run(tmp_path, "command", succeeds=False, canonical=canonical, speed=61)
    assert third.stderr.splitlines()[-1].startswith(
        "error: The option speedMultiplier is 61, but the first batch of this stream fixed it at"
    )


@pytest.mark.parametrize(
    ("table", "checkpoint"), [("a b", "/x"), ("a;drop", "/x"), ("/a`b", "/x"), ("t", " ")]
)
def test_a_place_that_is_none_is_refused(table: str, checkpoint: str) -> None:
    with pytest.raises(UserError, match=r"^--(table|checkpoint) "):
        checked_target(table, checkpoint)


FROM_PYTHON = """[STREAM_FAILED] ... Traceback (most recent call last):
common.errors.UserError: The option x is 1: write 2.

=== Streaming Query ==="""
WITHOUT_DELTA = """An error occurred while calling o41.sql.
Caused by: java.lang.ClassNotFoundException: delta.DefaultSource"""


@pytest.mark.parametrize(
    ("message", "said"),
    [
        (FROM_PYTHON, "The option x is 1: write 2."),
        (WITHOUT_DELTA, "This Spark has no Delta Lake"),
        ("[A_PROBLEM] Of Spark.\n\nJVM stacktrace:", "Spark could not stream ([A_PROB"),
    ],
)
def test_of_what_spark_reports_the_reason_is_said(message: str, said: str) -> None:
    assert _reason(message).startswith(said)
    assert "\n" not in _reason(message)
