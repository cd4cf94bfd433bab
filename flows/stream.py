"""The replay as a Spark stream into a Delta table: ``python -m flows.stream --help``.

Each run reads one batch of the data source ``caspers``: what has become due since the last one.
Where it stands is in the checkpoint, which Spark keeps.
"""

from __future__ import annotations

import argparse
import re
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from common.errors import UserError
from common.landing.window import format_position
from common.paths import canonical_directory, seeds_directory
from flows.replay.catalogue import check_catalogue
from generator.dataset.spark.session import spark_session
from generator.dataset.stream import options as stream_options
from generator.dataset.stream.options import parse_options

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from pyspark.sql import SparkSession

# No row is ever changed or deleted: a window of the tables behind it is read once.
_PROPERTIES = "'delta.appendOnly' = 'true'"
_REASON = re.compile(r"^(?:common\.errors\.)?UserError: (.+)$", re.MULTILINE)
_NO_DELTA = re.compile(r"delta\.DefaultSource|DATA_SOURCE_NOT_FOUND.*\bdelta\b")
_NAME = re.compile(r"\w+(\.\w+){0,2}")


@dataclass(frozen=True, slots=True)
class StreamTarget:
    """Where a stream goes.

    Attributes
    ----------
    table
        A folder, or the name of a table. Of one stream only.
    checkpoint
        Folder in which Spark keeps how far the stream has come.
    """

    table: str
    checkpoint: str

    @property
    def sql(self) -> str:
        """The table, as SQL names it."""
        return f"delta.`{self.table}`" if "/" in self.table else self.table


@dataclass(frozen=True, slots=True)
class StreamedBatch:
    """What a run read.

    Attributes
    ----------
    events
        How many events.
    position
        How far the stream has come, or ``None`` where the run had nothing to read.
    """

    events: int
    position: int | None


def stream_batch(
    session: SparkSession, options: Mapping[str, str], target: StreamTarget
) -> StreamedBatch:
    """Read the next batch into the table, which is made if it is not there.

    Killed at any moment and started again, the table holds every event once. A run that finds a
    batch that was not finished finishes that one; the next run goes on.

    Parameters
    ----------
    session
        A session of Spark 4 with Delta Lake.
    options
        Options of the source.
    target
        Table and checkpoint.

    Raises
    ------
    UserError
        If an option, the dataset or the checkpoint is wrong, or Spark cannot write.
    """
    from py4j.protocol import Py4JError  # noqa: PLC0415  # optional, as all of Spark
    from pyspark.errors import PySparkException  # noqa: PLC0415

    from generator.dataset.spark.source import CasperSource  # noqa: PLC0415
    from generator.dataset.stream.row_groups import LANDED_WINDOW_COLUMN  # noqa: PLC0415

    asked = parse_options(dict(options))
    check_catalogue(asked.dataset, seeds_directory())
    with_window = {**options, stream_options.LANDED_WINDOW: "true"}
    try:
        session.dataSource.register(CasperSource)
        columns = CasperSource(with_window).schema()
        session.sql(
            f"create table if not exists {target.sql} ({columns}) using delta "
            f"tblproperties ({_PROPERTIES})"
        )
        if LANDED_WINDOW_COLUMN not in session.table(target.sql).columns:
            raise UserError(
                f"{target.table} is not the table of a stream, it lacks {LANDED_WINDOW_COLUMN}: "
                "name another table."
            )
        writer = (
            session.readStream.format(CasperSource.name())
            .options(**with_window)
            .load()
            .writeStream.format("delta")
            .option("checkpointLocation", target.checkpoint)
            .trigger(availableNow=True)
        )
        query = writer.start(target.table) if "/" in target.table else writer.toTable(target.table)
        query.awaitTermination()
        return _summary(query.recentProgress)
    except (PySparkException, Py4JError) as error:
        raise UserError(_reason(str(error))) from error


def _summary(progress: Sequence[Any]) -> StreamedBatch:
    batches = [dict(each) for each in progress if each["sources"]]
    offsets = [source["endOffset"] for each in batches for source in each["sources"]]
    positions = [int(position) for position in map(_position, offsets) if position is not None]
    events = sum(int(each["numInputRows"]) for each in batches)
    return StreamedBatch(events, max(positions) if events and positions else None)


def _position(offset: Any) -> int | None:  # noqa: ANN401  # text or an object, as Spark reports it
    found = re.search(r"""["']?position["']?\s*[:=]\s*(-?\d+)""", str(offset))
    return int(found[1]) if found else None


def _reason(message: str) -> str:
    """Return what the source has said, from the traces in the message of a Spark exception."""
    said = _REASON.findall(message)
    if said:
        return str(said[-1])
    if _NO_DELTA.search(message):
        return (
            "This Spark has no Delta Lake: name its packages, its extension and its catalog in "
            "spark-defaults.conf, as docs/databricks-and-spark.md shows."
        )
    first = message.strip().split("\n", maxsplit=1)[0]
    return f"Spark could not stream ({first}): fix that and run again; nothing is lost."


def format_batch(batch: StreamedBatch, target: StreamTarget) -> str:
    """Return the message about what a run read."""
    if batch.position is None:
        return f"Nothing is due: {target.table} holds everything up to now."
    return (
        f"{batch.events:,} events are in {target.table}, up to {format_position(batch.position)}."
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Read one batch and return the exit code."""
    given = _parser().parse_args(arguments)
    named = {
        stream_options.DATASET_PATH: given.canonical,
        stream_options.SIMULATION_START_DAY: given.start_day,
        stream_options.SPEED_MULTIPLIER: given.speed,
        stream_options.MAX_EVENTS_PER_BATCH: given.max_events,
    }
    try:
        target = checked_target(given.table, given.checkpoint)
        options = {name: str(value) for name, value in named.items() if value is not None}
        parse_options(options)
        with spark_session(needed_by="A stream", otherwise="") as session:
            print(format_batch(stream_batch(session, options, target), target))
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0


def checked_target(table: str, checkpoint: str) -> StreamTarget:
    """Return where a stream goes; paths on this machine become absolute.

    Raises
    ------
    UserError
        If ``table`` is neither a path nor a name.
    """
    if not checkpoint.strip():
        raise UserError("--checkpoint is empty: name a folder of this stream's own.")
    if "/" not in table and not _NAME.fullmatch(table):
        raise UserError(
            f"--table {table!r} is neither a path nor the name of a table: write a path with a "
            "slash, or catalog.schema.table."
        )
    if "`" in table:
        raise UserError(f"--table {table!r} holds a backtick: name another folder.")
    return StreamTarget(*(_absolute(each) for each in (table, checkpoint)))


def _absolute(place: str) -> str:
    return str(Path(place).absolute()) if "/" in place and "://" not in place else place


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m flows.stream",
        description="Reads what is due of a canonical dataset into a Delta table, on Spark 4.",
        allow_abbrev=False,
    )
    parser.add_argument(
        "--canonical", type=Path, default=canonical_directory(), metavar="DIR", help="the dataset"
    )
    parser.add_argument("--table", required=True, help="path or name of the Delta table")
    parser.add_argument(
        "--checkpoint", required=True, metavar="DIR", help="where Spark keeps the offsets"
    )
    parser.add_argument("--start-day", help="day that the first batch reaches (70)")
    parser.add_argument("--speed", help="virtual seconds per real second (60)")
    parser.add_argument("--max-events", help="the most events of a batch")
    return parser


if __name__ == "__main__":
    sys.exit(main())
