"""What a window of ``make live`` costs, also after ten and a hundred times the history."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING

from bench.generation import dataset
from bench.measure import Cost, cost_of, process_tree
from common.clock import utc_now
from common.paths import PROJECT
from flows.dbt.command_line import DBT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@dataclass(frozen=True)
class History:
    """What has been landed and built before the windows.

    Attributes
    ----------
    days
        How many days.
    kitchens
        Which, as for the generator; all where empty.
    """

    days: int
    kitchens: str = ""

    @property
    def name(self) -> str:
        """For folders and lines."""
        return f"{self.days:,} days of {self.kitchens or 'all kitchens'}"


# A hundred times the history of all kitchens would be 84 million events, and an hour to build.
COMPARED = (
    (History(70), History(700)),
    (History(70, "chicago"), History(7000, "chicago")),
)
"""Histories, and the longer ones that they are compared with."""

WINDOWS = 10
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
    for compared in COMPARED:
        medians = []
        for history in compared:
            data = scratch / history.name.replace(" ", "_")
            yield from build_history(history, data, scratch)
            windows, peaks = _live_windows(data)
            # The first has to start and to warm up; it is the second and later that are promised.
            later = windows[2:]
            medians.append(
                (
                    median(window.whole for window in later),
                    median(sum(window.cpu_seconds.values()) for window in later),
                )
            )
            yield from _format_windows(history, later, peaks)
        (short, short_cpu), (long, long_cpu) = medians
        yield (
            f"a window at {compared[1].days // compared[0].days} times the history: "
            f"{long / short:.2f} times the time, {long_cpu / short_cpu:.2f} times the CPU time"
        )


def _format_windows(
    history: History, windows: list[Window], peaks: dict[str, float]
) -> Iterator[str]:
    load = os.getloadavg()[0]
    yield f"after {history.name}, medians of {len(windows)} windows (load {load:.1f}):"
    wholes = [window.whole for window in windows]
    cpu = median(sum(window.cpu_seconds.values()) for window in windows)
    yield (
        f"  {median(window.events for window in windows):,.0f} events: {median(wholes):.1f} s "
        f"({min(wholes):.1f} to {max(wholes):.1f}), {cpu:.1f} CPU s"
    )
    parts = {
        "landing": [w.landing for w in windows],
        "build and tests": [w.building for w in windows],
        "publication": [w.publishing for w in windows],
        "Prefect and report": [w.whole - w.landing - w.building - w.publishing for w in windows],
    }
    yield "  " + ", ".join(f"{part} {median(s):.1f} s" for part, s in parts.items())
    processes = sorted(windows[0].cpu_seconds)
    yield "  CPU: " + ", ".join(
        f"{name} {median(w.cpu_seconds[name] for w in windows):.1f} s" for name in processes
    )
    yield "  peak memory: " + ", ".join(f"{n} {mb:.0f} MB" for n, mb in sorted(peaks.items()))


def build_history(history: History, data: Path, scratch: Path) -> Iterator[str]:
    """Land and build a history, at most a year at once, that ends now; yield a line to print."""
    data.mkdir()
    canonical = dataset(scratch, round(history.days * _DAYS_PER_DATASET_DAY), history.kitchens)
    (data / "canonical").symlink_to(canonical)
    begun = time.perf_counter()
    now = utc_now()
    days, years = history.days, max(1, -(-history.days // _DAYS_AT_ONCE))
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
        f"{history.name} landed and built, in {years} windows: "
        f"{time.perf_counter() - begun:.0f} s, peak {cost.peak_mb:.0f} MB"
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
