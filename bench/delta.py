"""What a million events cost to build on Spark with Delta Lake, on this machine."""

from __future__ import annotations

import json
import sys
import time
from importlib.util import find_spec
from typing import TYPE_CHECKING

from bench.landing import FIRST_RUN
from bench.measure import cost_of, cpu_seconds_of_tree
from bench.scale import EVENTS_A_DAY, MILLIONS
from common.dataset_files import DESCRIPTION_FILE
from common.paths import PROJECT
from flows.dbt.command_line import DBT

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

_MASTER = "local[2]"
_FILES = 4


def bench_delta(scratch: Path, millions: Sequence[int] = MILLIONS) -> Iterator[str]:
    """Land ever more events and build all tables on Delta Lake; yield lines as they come.

    Counted are the CPU seconds of all processes: dbt, which is Spark's driver, the Java machine and
    its Python workers.
    """
    jars = sorted((PROJECT / "data" / "jars").glob("delta-*.jar"))
    if find_spec("pyspark") is None or not jars:
        yield "not measured: it needs pyspark and Delta Lake, as `make test-spark` does"
        return
    if not sys.platform.startswith("linux"):
        yield "not measured: the CPU time of all processes is counted on Linux only"
        return
    empty = 0.0
    for size in (0, *millions):
        data = scratch / f"delta_{size}"
        events = _land(data, size)
        before = time.perf_counter()
        seconds = _build(data, jars)
        wall = time.perf_counter() - before
        if size:
            million = events / 1_000_000
            yield (
                f"{size} million: {events:,} events built on {_MASTER} in {wall:.0f} s, "
                f"{seconds:.0f} CPU s; a million: {seconds / million:.0f} CPU s, "
                f"{(seconds - empty) / million:.0f} without what a few events cost"
            )
        else:
            empty = seconds
            yield f"{events:,} events: {wall:.0f} s, {seconds:.0f} CPU s"


def _land(data: Path, size: int) -> int:
    """Make a dataset and land it in a few files, which Spark reads side by side."""
    days = max(1, round(size * 1_000_000 / EVENTS_A_DAY))
    data.mkdir()
    out = data / "canonical"
    cost_of(["-m", "generator", "canonical", "--days", str(days), "--out", str(out)], data)
    files = _FILES if size else 1
    options = ["--start-day", str(days), "--now", FIRST_RUN, "--most-days", str(-(-days // files))]
    for _ in range(files):
        cost_of(["-m", "flows.replay", "run", *options], data)
        options = ["--now", FIRST_RUN, *options[-2:]]
    return int(json.loads((out / DESCRIPTION_FILE).read_text())["events"])


def _build(data: Path, jars: Sequence[Path]) -> float:
    """Build all tables as on a cluster of one's own (docs/databricks-and-spark.md)."""
    settings = {
        "spark.jars": ",".join(map(str, jars)),
        "spark.sql.warehouse.dir": str(data / "warehouse"),
        # dbt asks for a metastore of Hive: without a name, one for all builds.
        "spark.hadoop.javax.jdo.option.ConnectionURL": (
            f"jdbc:derby:;databaseName={data / 'metastore'};create=true"
        ),
        "spark.driver.extraJavaOptions": f"-Dderby.system.home={data}",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.driver.host": "127.0.0.1",
        "spark.driver.memory": "6g",
        "spark.ui.enabled": "false",
        "spark.sql.shuffle.partitions": "4",
        "spark.databricks.delta.snapshotPartitions": "1",
    }
    lines = [f"{name} {value}\n" for name, value in settings.items()]
    (data / "spark-defaults.conf").write_text("".join(lines), encoding="utf-8")
    target = str(data / "target")
    command = [*DBT, "--quiet", "build", "--target", "spark", "--target-path", target]
    command += ["--log-path", target, "--exclude-resource-type", "test"]
    return cpu_seconds_of_tree(
        [*command, "--exclude-resource-type", "unit_test"],
        data,
        SPARK_MASTER=_MASTER,
        SPARK_CONF_DIR=str(data),
        # Where the project is installed, dbt finds its plugin by itself.
        PYTHONPATH=str(PROJECT / "flows" / "plugins"),
        PYSPARK_PYTHON=sys.executable,
        CASPERS_LANDING=str(data / "landing" / "events"),
    )
