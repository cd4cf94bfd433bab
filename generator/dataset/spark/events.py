"""All kitchen-days as one data frame: made by executors, sorted and written by executors."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from dataclasses import dataclass
from functools import partial, reduce
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from common.dataset_files import EVENTS_PARTS, part_file
from common.event_schema import EVENT_TYPE_IDS, SORT_ORDER
from generator.dataset.event_file import write_events
from generator.dataset.spark.task import LONGEST_WAIT, PART, make_days, pack_task
from generator.dataset.summary import summarise_kitchen

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    import pyarrow as pa
    from pyspark.sql import DataFrame, DataFrameWriter, SparkSession

    from generator.dataset.plan import DatasetPlan
    from generator.dataset.summary import KitchenSummary
    from generator.simulation.prepared_kitchen import Kitchen

# Starting a task costs as much as simulating ten kitchen-days: with one day per task the whole run
# takes 2.5 times as long.
DAYS_PER_TASK = 15
# About 360 thousand events, 10 MB.
KITCHEN_DAYS_PER_PART = 120

_SQL_TYPES = {"string": "string", "int8": "tinyint", "int32": "int", "int64": "bigint"}
_SQL_TYPES |= {"double": "double"}
# Row groups of about six thousand rows, so that the replay of a window reads only its own.
_ROW_GROUP_BYTES = 1 << 20
_WITHOUT_STATISTICS = ("order_id", "customer_addr", "items_json", "route_json")
_CAUSE = re.compile(r"^(?:Caused by: )?([\w.]+(?:Error|Exception)\b.*)$", re.MULTILINE)


@dataclass(frozen=True)
class SparkEvents:
    """Makes the events of all kitchens and days on Spark.

    Attributes
    ----------
    session
        The Spark session to use. Its executors must be able to write to the dataset folder.
    """

    session: SparkSession

    def __call__(
        self,
        kitchens: Sequence[Kitchen],
        plan: DatasetPlan,
        target: Path,
        progress: Callable[[str, int], None],
    ) -> tuple[KitchenSummary, ...]:
        """Make them and write a folder of files, each with some days of all kitchens.

        Parameters
        ----------
        kitchens
            Prepared kitchens, in the order of ``plan.settings``.
        plan
            What to make.
        target
            Folder for the files; its parent exists.
        progress
            Called once, when all days are made.

        Raises
        ------
        OSError
            If executors fail repeatedly; gives the reason of the last failure.
        """
        from py4j.protocol import Py4JError  # noqa: PLC0415  # optional, as all of Spark
        from pyspark.errors import PySparkException  # noqa: PLC0415

        try:
            waits = _write(self.session, kitchens, plan, target)
        except (PySparkException, Py4JError) as error:
            raise OSError(f"Spark could not make the events ({_reason(str(error))})") from error
        _collect_parts(target, plan.columns)
        progress("days", plan.days)
        events, orders = _counts(target)
        return tuple(
            summarise_kitchen(
                kitchen,
                orders[kitchen.location_id],
                events[kitchen.location_id],
                waits[kitchen.location_id],
            )
            for kitchen in kitchens
        )


def event_rows(session: SparkSession, kitchens: Sequence[Kitchen], plan: DatasetPlan) -> DataFrame:
    """Return the events of all kitchens and days, unsorted, with the two columns of `make_days`."""
    from pyspark.sql import DataFrame  # noqa: PLC0415  # optional

    tasks = -(-plan.days // DAYS_PER_TASK)
    days_per_part = max(1, KITCHEN_DAYS_PER_PART // len(kitchens))
    packed = [pack_task(kitchen, plan.epoch, plan.days, days_per_part) for kitchen in kitchens]
    # One frame per kitchen, so that a task receives the streets of its own kitchen only.
    frames = [
        session.range(0, plan.days, 1, tasks).mapInArrow(
            partial(make_days, task), _columns(plan.columns)
        )
        for task in packed
    ]
    return reduce(DataFrame.unionAll, frames)


def _columns(schema: pa.Schema) -> str:
    columns = [
        f"{column.name} {_SQL_TYPES[str(column.type)]}{'' if column.nullable else ' NOT NULL'}"
        for column in schema
    ]
    return ", ".join([*columns, f"{PART} int NOT NULL", f"{LONGEST_WAIT} bigint NOT NULL"])


def _write(
    session: SparkSession, kitchens: Sequence[Kitchen], plan: DatasetPlan, target: Path
) -> dict[int, int]:
    """Write each part sorted, in a folder of its own; return the longest wait of each kitchen."""
    from pyspark.sql import Observation  # noqa: PLC0415  # optional
    from pyspark.sql import functions as sql  # noqa: PLC0415

    # A maximum is the same however often a task was run; rows are counted in the files.
    longest = {
        kitchen.location_id: sql.max(
            sql.when(sql.col("location_id") == kitchen.location_id, sql.col(LONGEST_WAIT))
        ).alias(str(kitchen.location_id))
        for kitchen in kitchens
    }
    waits = Observation()
    # By the number of the part and not by range of time: to find the ranges Spark would sample the
    # events first, and so simulate all of them twice.
    rows = (
        event_rows(session, kitchens, plan)
        .observe(waits, *longest.values())
        .drop(LONGEST_WAIT)
        .repartition(PART)
        .sortWithinPartitions(PART, *SORT_ORDER)
    )
    _parquet_writer(rows.write).partitionBy(PART).parquet(_spark_path(target))
    return {location_id: waits.get[str(location_id)] or 0 for location_id in longest}


def _parquet_writer(writer: DataFrameWriter) -> DataFrameWriter:
    settings = {
        "compression": "zstd",
        "maxRecordsPerFile": "0",
        "parquet.block.size": str(_ROW_GROUP_BYTES),
    }
    settings |= {
        f"parquet.column.statistics.enabled#{name}": "false" for name in _WITHOUT_STATISTICS
    }
    return writer.options(**settings)


def _spark_path(folder: Path) -> str:
    """Return a folder as Spark names it: a URI, but the plain path for a Databricks volume."""
    return str(folder) if folder.parts[:2] == ("/", "Volumes") else f"file://{folder}"


def _collect_parts(target: Path, columns: pa.Schema) -> None:
    """Move the file of each part out of its folder and name it by its position in time.

    Everything else that Spark wrote (checksums, success markers) is deleted.
    """
    target.mkdir(exist_ok=True)
    for entry in list(target.iterdir()):
        if entry.is_dir():
            [file] = (file for file in entry.glob("*.parquet") if file.name[0] not in "._")
            number = int(entry.name.removeprefix(f"{PART}="))
            file.rename(target / part_file(number))
            shutil.rmtree(entry)
        else:
            entry.unlink()
    if not any(target.iterdir()):
        write_events(target / part_file(0), [], columns)


def _counts(target: Path) -> tuple[Counter[int], Counter[int]]:
    """Count the events and the orders of each kitchen in the files that were written."""
    events: Counter[int] = Counter()
    orders: Counter[int] = Counter()
    for path in target.glob(EVENTS_PARTS):
        with pq.ParquetFile(path) as file:
            keys = file.read(["location_id", "event_type_id"])
        grouped = keys.group_by(keys.column_names).aggregate([([], "count_all")])
        for row in grouped.to_pylist():
            events[row["location_id"]] += row["count_all"]
            if row["event_type_id"] == EVENT_TYPE_IDS["order_created"]:
                orders[row["location_id"]] += row["count_all"]
    return events, orders


def _reason(message: str) -> str:
    """Return the root cause from the stack traces in the message of a Spark exception."""
    causes = _CAUSE.findall(message)
    return str(causes[-1] if causes else message.strip().split("\n", maxsplit=1)[0])
