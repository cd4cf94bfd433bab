"""What a million events cost from generator to tables, at 1, 10 and 100 million of them."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from statistics import median
from typing import TYPE_CHECKING

from bench.landing import FIRST_RUN
from bench.measure import Cost, cost_of, process_tree
from common.dataset_files import DESCRIPTION_FILE
from common.paths import PROJECT
from flows.dbt.command_line import DBT

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

MILLIONS = (1, 10)
"""Sizes that are measured unless others are asked for."""

WINDOWS = 5
EVENTS_A_DAY = 13_800
"""Events of an average day of the four kitchens."""

_LARGEST = 1_000
_SAMPLE_SECONDS = 0.5
# At sixty times speed three virtual hours pass in three minutes.
_BETWEEN_WINDOWS = timedelta(minutes=3)
_BUILT = re.compile(r": ([\d,]+) events landed .* \((\d+) CPU s\)")


@dataclass
class _Peak:
    """Largest resident memory of a process and all that it starts, MB, seen twice a second."""

    megabytes: float = 0.0

    def watch(self, pid: int, ended: threading.Event) -> None:
        while not ended.wait(_SAMPLE_SECONDS):
            self.megabytes = max(self.megabytes, sum(process_tree(pid).resident_mb.values()))


def bench_scale(scratch: Path, millions: Sequence[int] = MILLIONS) -> Iterator[str]:
    """Make, land and build ever more events, then windows on top; yield lines as they come."""
    windows: dict[int, float] = {}
    yield from _each_size(scratch, millions, partial(_measure, windows=windows))
    smallest = min(windows, default=0)
    for size, seconds in windows.items():
        if size > smallest:
            yield (
                f"one window at {size / smallest:.0f} times the history: "
                f"{seconds / windows[smallest]:.2f} times the CPU time of `dbt run`"
            )


def bench_live_scale(scratch: Path, millions: Sequence[int] = MILLIONS) -> Iterator[str]:
    """Make, land and build ever more events side by side, without a dataset; yield lines."""
    yield from _each_size(scratch, millions, _measure_live)


def _each_size(
    scratch: Path, millions: Sequence[int], measure: Callable[[Path, int], Iterator[str]]
) -> Iterator[str]:
    """Measure each size in a folder of its own; yield lines that say which."""
    if not sys.platform.startswith("linux"):
        yield "not measured: memory of all processes is read on Linux only"
        return
    for size in millions:
        data = scratch / f"scale_{size}"
        data.mkdir()
        try:
            for line in measure(data, size):
                yield f"{size} million: {line}"
        finally:
            shutil.rmtree(data)


def _measure_live(data: Path, size: int) -> Iterator[str]:
    options = f"--start-days-ago {_days(size)} --end-days-ahead 0"
    yield from _backfill(data, ["--live", "--live-options", options])


def _days(millions: int) -> int:
    return round(millions * 1_000_000 / EVENTS_A_DAY)


def _measure(data: Path, size: int, windows: dict[int, float]) -> Iterator[str]:
    days = _days(size)
    # A day more than is replayed at first, for the windows.
    cost = cost_of(
        ["-m", "generator", "canonical", "--days", str(days + 2), "--out", str(data / "canonical")],
        data,
    )
    events = json.loads((data / "canonical" / DESCRIPTION_FILE).read_text())["events"]
    yield f"{events:,} events generated: {_costs(cost, events)}, {_megabytes(data / 'canonical')}"
    now = datetime.fromisoformat(FIRST_RUN)
    yield from _backfill(data, ["--start-day", str(days), "--now", now.isoformat()])
    landing, building, models = [], [], []
    for _ in range(WINDOWS):
        now += _BETWEEN_WINDOWS
        landing.append(cost_of(["-m", "flows.replay", "run", "--now", now.isoformat()], data))
        cost, seconds = _run_dbt(data)
        building.append(cost)
        models.append(seconds)
    windows[size] = median(cost.cpu_seconds for cost in building)
    yield (
        f"a 3-hour window afterwards: landing {median(c.cpu_seconds for c in landing):.1f} CPU s, "
        f"`dbt run` {windows[size]:.1f} CPU s, {median(models):.2f} s of models "
        f"({min(models):.2f} to {max(models):.2f}), load {os.getloadavg()[0]:.1f}"
    )


def _backfill(data: Path, options: Sequence[str]) -> Iterator[str]:
    """Land and build in slices; yield a line for each, and what all of them cost."""
    begun, events, building = time.perf_counter(), 0, 0.0
    command = ["-m", "flows.backfill", *options]
    with subprocess.Popen(
        [sys.executable, *command],
        cwd=PROJECT,
        env={**os.environ, "CASPERS_DATA": str(data), "DO_NOT_TRACK": "1"},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None  # noqa: S101  # it is a pipe
        peak, ended = _Peak(), threading.Event()
        watcher = threading.Thread(target=peak.watch, args=(process.pid, ended))
        watcher.start()
        try:
            for line in process.stdout:
                built = _BUILT.search(line)
                if not built:
                    continue
                events += int(built[1].replace(",", ""))
                building += float(built[2])
                yield (
                    f"{line.strip()}; {events:,} events after "
                    f"{time.perf_counter() - begun:.0f} s, peak {peak.megabytes:.0f} MB, "
                    f"load {os.getloadavg()[0]:.1f}"
                )
        finally:
            ended.set()
            watcher.join()
        # What its children used is counted with it, as it has waited for them.
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    wall, cpu = time.perf_counter() - begun, usage.ru_utime + usage.ru_stime
    yield (
        f"landed and built: {_costs(Cost(cpu, wall, peak.megabytes), events)} "
        f"({building:.0f} of them dbt's), landing {_megabytes(data / 'landing')}, "
        f"tables {_megabytes(data / 'caspers.duckdb')}"
    )


def _run_dbt(data: Path) -> tuple[Cost, float]:
    """Build what has landed; return the cost of the command and the seconds of its models."""
    target = str(data / "target")
    cost = cost_of([*DBT, "--quiet", "run", "--target-path", target, "--log-path", target], data)
    results = json.loads((data / "target" / "run_results.json").read_text())["results"]
    return cost, float(sum(result["execution_time"] for result in results))


def _costs(cost: Cost, events: int) -> str:
    a_million = events / 1_000_000
    return (
        f"{cost.wall_seconds:.0f} s, {cost.cpu_seconds:.0f} CPU s, peak {cost.peak_mb:.0f} MB; "
        f"a million: {cost.cpu_seconds / a_million:.1f} CPU s"
    )


def _megabytes(path: Path) -> str:
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return f"{sum(file.stat().st_size for file in files) / 1e6:,.0f} MB on disk"


def parse_millions(text: str) -> tuple[int, ...]:
    """Return the sizes that a text such as ``1,10,100`` names, smallest first.

    Raises
    ------
    ValueError
        If one of them is no whole number of millions that can be measured.
    """
    sizes = sorted({int(part) for part in text.split(",")})
    if not 1 <= sizes[0] <= sizes[-1] <= _LARGEST:
        raise ValueError(text)
    return tuple(sizes)
