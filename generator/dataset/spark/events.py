"""All kitchen-days as one data frame: made by executors, sorted and written by executors."""

from __future__ import annotations

import re
import shutil
from collections import Counter
from dataclasses import dataclass
from functools import partial, reduce
from typing import TYPE_CHECKING

import pyarrow.parquet as pq

from common.event_schema import EVENT_COLUMNS, EVENT_TYPE_IDS, SORT_ORDER
from generator.dataset.canonical import EVENTS_PARTS, Summary, kitchen_count
from generator.dataset.event_file import write_events
from generator.dataset.spark.task import LONGEST_WAIT, PART, make_days, work_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pyspark.sql import DataFrame, DataFrameWriter, SparkSession

    from generator.dataset.canonical import Plan
    from generator.simulation.kitchen_day import Kitchen

# A task costs as much as simulating ten kitchen-days: with one each, all of it costs 2.5 times as
# much.
DAYS_PER_TASK = 15
# About 360 thousand events, 10 MB.
KITCHEN_DAYS_PER_PART = 120

_PART_NAME = EVENTS_PARTS.replace("*", "{:05}")
_SQL_TYPES = {"string": "string", "int8": "tinyint", "int32": "int", "int64": "bigint"}
_SQL_TYPES |= {"double": "double"}
# Row groups of about six thousand rows, so that a window reads its own only.
_ROW_GROUP_BYTES = 1 << 20
_WITHOUT_STATISTICS = ("order_id", "customer_addr", "items_json", "route_json")
_RAISED = re.compile(r"^(?:Caused by: )?([\w.]+(?:Error|Exception)\b.*)$", re.MULTILINE)


@dataclass(frozen=True)
class SparkEvents:
    """Makes the events of all kitchens and days on Spark.

    Attributes
    ----------
    session
        Where to make them. Its executors must be able to write into the folder of the dataset.
    """

    session: SparkSession

    def __call__(
        self,
        kitchens: Sequence[Kitchen],
        plan: Plan,
        target: Path,
        progress: Callable[[str, int], None],
    ) -> Summary:
        """Make them and write them as a folder of files, each with some days of all kitchens.

        Parameters
        ----------
        kitchens
            Ready to be simulated, in the order of ``plan.settings``.
        plan
            What to make.
        target
            Folder for the files; its parent exists.
        progress
            Is told once, when all days are made.

        Raises
        ------
        OSError
            Where executors fail again and again; says what the last one said.
        """
        from py4j.protocol import Py4JError  # noqa: PLC0415  # optional, as all of Spark
        from pyspark.errors import PySparkException  # noqa: PLC0415

        try:
            waits = _write(self.session, kitchens, plan, target)
        except (PySparkException, Py4JError) as error:
            raise OSError(f"Spark could not make the events ({_reason(str(error))})") from error
        _gather(target)
        progress("days", plan.days)
        events, orders = _counts(target)
        return Summary(
            tuple(
                kitchen_count(
                    kitchen,
                    orders[kitchen.location_id],
                    events[kitchen.location_id],
                    waits[kitchen.location_id],
                )
                for kitchen in kitchens
            )
        )


def event_rows(session: SparkSession, kitchens: Sequence[Kitchen], plan: Plan) -> DataFrame:
    """Return the events of all kitchens and days, unsorted, with the two columns of `make_days`."""
    from pyspark.sql import DataFrame  # noqa: PLC0415  # optional

    tasks = -(-plan.days // DAYS_PER_TASK)
    days_per_part = max(1, KITCHEN_DAYS_PER_PART // len(kitchens))
    works = [work_of(kitchen, plan.epoch, plan.days, days_per_part) for kitchen in kitchens]
    # One frame per kitchen, so that a task is sent the streets of its own kitchen only.
    frames = [
        session.range(0, plan.days, 1, tasks).mapInArrow(partial(make_days, work), _columns())
        for work in works
    ]
    return reduce(DataFrame.unionAll, frames)


def _columns() -> str:
    columns = [
        f"{column.name} {_SQL_TYPES[str(column.type)]}{'' if column.nullable else ' NOT NULL'}"
        for column in EVENT_COLUMNS
    ]
    return ", ".join([*columns, f"{PART} int NOT NULL", f"{LONGEST_WAIT} bigint NOT NULL"])


def _write(
    session: SparkSession, kitchens: Sequence[Kitchen], plan: Plan, target: Path
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
    # By the number of the part and not by range of time: to learn the ranges Spark would make a
    # sample of the events first, and with it all of them.
    rows = (
        event_rows(session, kitchens, plan)
        .observe(waits, *longest.values())
        .drop(LONGEST_WAIT)
        .repartition(PART)
        .sortWithinPartitions(PART, *SORT_ORDER)
    )
    _as_parquet(rows.write).partitionBy(PART).parquet(_address(target))
    return {location_id: waits.get[str(location_id)] or 0 for location_id in longest}


def _as_parquet(writer: DataFrameWriter) -> DataFrameWriter:
    settings = {
        "compression": "zstd",
        "maxRecordsPerFile": "0",
        "parquet.block.size": str(_ROW_GROUP_BYTES),
    }
    settings |= {
        f"parquet.column.statistics.enabled#{name}": "false" for name in _WITHOUT_STATISTICS
    }
    return writer.options(**settings)


def _address(folder: Path) -> str:
    """Return a folder as Spark calls it; volumes of Databricks are known by their plain path."""
    return str(folder) if folder.parts[:2] == ("/", "Volumes") else f"file://{folder}"


def _gather(target: Path) -> None:
    """Bring the file of each part out of its folder, with a name that says its place in time.

    Everything else that Spark has put there (checksums, marks of success) goes.
    """
    target.mkdir(exist_ok=True)
    for entry in list(target.iterdir()):
        if entry.is_dir():
            [file] = (file for file in entry.glob("*.parquet") if file.name[0] not in "._")
            number = int(entry.name.removeprefix(f"{PART}="))
            file.rename(target / _PART_NAME.format(number))
            shutil.rmtree(entry)
        else:
            entry.unlink()
    if not any(target.iterdir()):
        write_events(target / _PART_NAME.format(0), [])


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
    """Return what was raised deepest down, from the stack traces that Spark hands on."""
    raised = _RAISED.findall(message)
    return str(raised[-1] if raised else message.strip().split("\n", maxsplit=1)[0])
