"""What a window of ``make live`` costs, also after ten and a hundred times the history."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

from bench.generation import dataset
from bench.measure import Cost, cost_of, process_tree
from common.paths import PROJECT
from flows.dbt.command_line import DBT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HISTORIES = (70, 700, 7000)
"""Days that have been landed and built before: one time, ten times, a hundred times."""

WINDOWS = 8
INTERVAL = timedelta(seconds=20)
# A window of three virtual hours, as `make live` lands in three minutes at sixty times speed.
_SPEED = timedelta(hours=3) / INTERVAL
_DAYS_PER_DATASET_DAY = 90 / 70
_DAYS_AT_ONCE = 365
_DAYS_A_SECOND = 1
_LANDED = re.compile(r"Landed ([\d,]+) events .*, in ([\d.]+) s:")
_BUILT = re.compile(
    r"Built \d+ tables and passed \d+ tests in ([\d.]+) s, published [\d,]+ files? in ([\d.]+) s\. "
    r"([\d.]+) s in all"
)


@dataclass(frozen=True)
class Window:
    """What one window cost.

    Attributes
    ----------
    events
        How many landed.
    landing, building, publishing, whole
        Wall seconds; building with its tests, whole with Prefect and the report.
    cpu_seconds
        By process: ``loop``, ``dbt`` and ``server``.
    """

    events: int
    landing: float
    building: float
    publishing: float
    whole: float
    cpu_seconds: dict[str, float]


def bench_loop(scratch: Path) -> Iterator[str]:
    """Run windows of ``make live`` behind ever longer histories; yield lines to print."""
    whole, cpu = {}, {}
    for days in HISTORIES:
        data = scratch / f"loop_{days}"
        data.mkdir()
        yield from _build_history(data, scratch, days)
        windows, peaks = _live_windows(data)
        # The first has to start and to warm up; "the second and every later one" is promised.
        later = windows[2:]
        whole[days] = median(window.whole for window in later)
        cpu[days] = median(sum(window.cpu_seconds.values()) for window in later)
        load = os.getloadavg()[0]
        yield f"after {days:,} days, medians of {len(later)} windows (load {load:.1f}):"
        yield (
            f"  {median(window.events for window in later):,.0f} events: "
            f"{whole[days]:.1f} s ({min(w.whole for w in later):.1f} to "
            f"{max(w.whole for w in later):.1f}), {cpu[days]:.1f} CPU s"
        )
        parts = {
            "landing": [window.landing for window in later],
            "build and tests": [window.building for window in later],
            "publication": [window.publishing for window in later],
            "Prefect and report": [w.whole - w.landing - w.building - w.publishing for w in later],
        }
        yield "  " + ", ".join(f"{part} {median(s):.1f} s" for part, s in parts.items())
        processes = sorted(later[0].cpu_seconds)
        yield "  CPU: " + ", ".join(
            f"{name} {median(w.cpu_seconds[name] for w in later):.1f} s" for name in processes
        )
        yield "  peak memory: " + ", ".join(f"{n} {mb:.0f} MB" for n, mb in sorted(peaks.items()))
    one = HISTORIES[0]
    for days in HISTORIES[1:]:
        yield (
            f"a window at {days // one} times the history: {whole[days] / whole[one]:.2f} times "
            f"the time, {cpu[days] / cpu[one]:.2f} times the CPU time"
        )


def _build_history(data: Path, scratch: Path, days: int) -> Iterator[str]:
    """Land and build a history, a year at once, that ends now."""
    canonical = dataset(scratch, round(days * _DAYS_PER_DATASET_DAY))
    (data / "canonical").symlink_to(canonical)
    begun = time.perf_counter()
    now = datetime.now(UTC).replace(tzinfo=None)
    years = max(1, -(-days // _DAYS_AT_ONCE))
    # At this speed a year's window ends where the next begins.
    ago = [(days - days * (n + 1) / years) / _DAYS_A_SECOND for n in range(years)]
    moments = [now - timedelta(seconds=seconds) for seconds in ago]
    for number, moment in enumerate(moments):
        replay = ["-m", "flows.replay"]
        at = ["--now", moment.isoformat()]
        if number == 0:
            first = ["--start-day", str(days // years), "--speed", str(_DAYS_A_SECOND * 86400)]
            cost_of([*replay, "run", *first, *at], data)
            _run_dbt("seed", data)
        else:
            cost_of([*replay, "run", *at], data)
        if number == years - 1:
            cost_of([*replay, "speed", str(_SPEED), *at], data)
        cost = _run_dbt("run", data)
    yield (
        f"{days:,} days landed and built, {years} at once: {time.perf_counter() - begun:.0f} s, "
        f"peak {cost.peak_mb:.0f} MB"
    )


def _run_dbt(command: str, data: Path) -> Cost:
    target = str(data / "target")
    options = ["--target-path", target, "--log-path", target]
    return cost_of([*DBT, "--quiet", command, *options], data)


def _live_windows(data: Path) -> tuple[list[Window], dict[str, float]]:
    """Run windows; return what each cost, and the peak memory of each process, MB."""
    windows: list[Window] = []
    command = ["-m", "flows.business", "serve", "--every", str(INTERVAL.total_seconds())]
    with subprocess.Popen(
        [sys.executable, *command, "--windows", str(WINDOWS)],
        cwd=PROJECT,
        env={**os.environ, "CASPERS_DATA": str(data), "DO_NOT_TRACK": "1"},
        stdout=subprocess.PIPE,
        text=True,
    ) as loop:
        assert loop.stdout is not None  # noqa: S101  # it is a pipe
        before = process_tree(loop.pid).cpu_seconds
        peaks: dict[str, float] = {}
        landed: re.Match[str] | None = None
        for line in loop.stdout:
            landed = _LANDED.match(line) or landed
            built = _BUILT.match(line)
            if not (landed and built):
                continue
            tree = process_tree(loop.pid)
            cpu = {name: tree.cpu_seconds[name] - before.get(name, 0) for name in tree.cpu_seconds}
            before, peaks = tree.cpu_seconds, tree.peak_mb
            events, landing = int(landed[1].replace(",", "")), float(landed[2])
            building, publishing, whole = map(float, built.groups())
            windows.append(Window(events, landing, building, publishing, whole, cpu))
    if loop.returncode:
        raise subprocess.CalledProcessError(loop.returncode, command)
    return windows, peaks
