"""Events per CPU second: Spark on this machine against one process; what its start costs."""

from __future__ import annotations

import json
import sys
from importlib.util import find_spec
from typing import TYPE_CHECKING

from bench.measure import cpu_seconds_of_tree
from common.dataset_files import DESCRIPTION_FILE

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAYS = 90
_MASTER = "local[2,4]"


def bench_spark(scratch: Path) -> Iterator[str]:
    """Make the default dataset on Spark and without it; yield lines to print.

    Counted are the CPU seconds of all processes: Python, the Java machine and its Python workers.
    """
    if find_spec("pyspark") is None:
        yield "not measured: pyspark is not installed (`python -m pip install '.[spark]'`)"
        return
    if not sys.platform.startswith("linux"):
        yield "not measured: the CPU time of all processes is counted on Linux only"
        return
    events, local = _made(scratch, DAYS, "local")
    yield f"local, {DAYS} days: {local:.1f} CPU s, {events / local:,.0f} events per CPU second"
    _, start = _made(scratch, 1, "spark")
    _, spark = _made(scratch, DAYS, "spark")
    yield (
        f"Spark {_MASTER}, {DAYS} days: {spark:.1f} CPU s, {events / spark:,.0f} events per CPU "
        f"second; one day: {start:.1f} CPU s"
    )
    yield (
        f"Spark against local: {spark / local:.1f} times the CPU time, "
        f"{(spark - start) / local:.1f} times without the start (less the cost of one day)"
    )


def _made(scratch: Path, days: int, engine: str) -> tuple[int, float]:
    """Make a dataset; return its events and the CPU seconds it took."""
    out = scratch / f"canonical_{engine}_{days}"
    command = ["-m", "generator", "canonical", "--days", str(days), "--engine", engine]
    seconds = cpu_seconds_of_tree([*command, "--out", str(out)], scratch, SPARK_MASTER=_MASTER)
    return int(json.loads((out / DESCRIPTION_FILE).read_text())["events"]), seconds
