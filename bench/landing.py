"""How landing 70 days compares with DuckDB merely writing the same rows as JSON."""

from __future__ import annotations

from statistics import median
from typing import TYPE_CHECKING

from bench.generation import dataset
from bench.measure import cost_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RUNS = 3
FIRST_RUN = "2026-11-21T00:00:00"

# What landed, as a table: DuckDB only has to write it.
_AS_TABLE = """
import sys, duckdb
duckdb.sql(f"copy (from read_json('{sys.argv[1]}/window-*.jsonl', columns = {{event_id: 'VARCHAR', "
           "event_type: 'VARCHAR', ts: 'VARCHAR', location_id: 'INTEGER', order_id: 'VARCHAR', "
           f"sequence: 'INTEGER', body: 'VARCHAR'}})) to '{sys.argv[2]}' (format parquet)")
"""
_WRITE_ROWS = """
import sys, duckdb
duckdb.sql(f"copy (from '{sys.argv[1]}') to '{sys.argv[2]}' (format json)")
"""


def bench_landing(scratch: Path) -> Iterator[str]:
    """Land the first window several times, each time from scratch; yield lines to print."""
    canonical = dataset(scratch, 90)
    table = scratch / "landed.parquet"
    ours, theirs = [], []
    for run in range(RUNS):
        landing = scratch / f"landing_{run}"
        options = ["--canonical", str(canonical), "--landing", str(landing), "--now", FIRST_RUN]
        ours.append(cost_of(["-m", "flows.replay", "run", *options], scratch))
        if not table.exists():
            cost_of(["-c", _AS_TABLE, str(landing), str(table)], scratch)
        rows = scratch / f"rows_{run}.json"
        theirs.append(cost_of(["-c", _WRITE_ROWS, str(table), str(rows)], scratch))
    yield (
        f"landing 70 days: {median(c.wall_seconds for c in ours):.1f} s, "
        f"{median(c.cpu_seconds for c in ours):.1f} CPU s, peak "
        f"{max(c.peak_mb for c in ours):.0f} MB"
    )
    yield (
        f"DuckDB writing the same rows as JSON: {median(c.wall_seconds for c in theirs):.1f} s, "
        f"{median(c.cpu_seconds for c in theirs):.1f} CPU s"
    )
    wall = median(a.wall_seconds / b.wall_seconds for a, b in zip(ours, theirs, strict=True))
    cpu = median(a.cpu_seconds / b.cpu_seconds for a, b in zip(ours, theirs, strict=True))
    yield f"landing against writing: {wall:.2f} times the time, {cpu:.2f} times the CPU time"
