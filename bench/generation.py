"""How fast events are generated, and what ten times the days cost in CPU time and memory."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from bench.measure import Cost, cost_of
from common.dataset_files import DESCRIPTION_FILE, EVENTS_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DATASET_DAYS = (90, 900)


def dataset(scratch: Path, days: int, kitchens: str = "") -> Path:
    """Return the folder of the canonical dataset of a number of days; make it if it is missing.

    ``kitchens`` is as for the generator; all where empty.
    """
    folder = scratch / f"canonical_{days}{kitchens and '_'}{kitchens}"
    if not folder.exists():
        make_dataset(folder, days, scratch, *(["--locations", kitchens] if kitchens else []))
    return folder


def make_dataset(folder: Path, days: int, scratch: Path, *more: str) -> Cost:
    """Make a canonical dataset and return what that cost."""
    options = ["--days", str(days), "--out", str(folder), *more]
    return cost_of(["-m", "generator", "canonical", *options], scratch)


def writing_cost(dataset_folder: Path, scratch: Path) -> float:
    """Return the CPU seconds that pyarrow takes to write the events of a dataset, and no more."""
    events = pq.read_table(dataset_folder / EVENTS_FILE)
    begin = time.process_time()
    pq.write_table(events, scratch / "written.parquet", compression="zstd")
    return time.process_time() - begin


def bench_generation(scratch: Path) -> Iterator[str]:
    """Make the default dataset and one of ten times its days; yield lines to print."""
    costs = {}
    for days in DATASET_DAYS:
        out = scratch / f"canonical_{days}"
        cost = make_dataset(out, days, scratch)
        events = json.loads((out / DESCRIPTION_FILE).read_text())["events"]
        costs[days] = cost
        yield (
            f"{days} days: {events:,} events in {cost.cpu_seconds:.1f} CPU s, "
            f"{events / cost.cpu_seconds:,.0f} events per CPU second, peak {cost.peak_mb:.0f} MB"
        )
    short, long = (costs[days] for days in DATASET_DAYS)
    written = writing_cost(scratch / f"canonical_{DATASET_DAYS[0]}", scratch)
    yield (
        f"{DATASET_DAYS[0]} days against pyarrow writing the same table: "
        f"{short.cpu_seconds / written:.1f} times the CPU time ({written:.1f} s)"
    )
    yield (
        f"{DATASET_DAYS[1]} against {DATASET_DAYS[0]} days: "
        f"{long.cpu_seconds / short.cpu_seconds:.1f} times the CPU time, "
        f"{long.peak_mb / short.peak_mb:.2f} times the memory"
    )
