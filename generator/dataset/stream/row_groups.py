"""Which row groups of a dataset hold the events of a window, and those events as landed rows."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Self

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from common.canonical_dataset import EventRows, identity_of_file
from common.errors import UserError
from common.event_schema import EVENT_COLUMNS
from common.landed_files import window_name
from common.landing.event_lines import landed_events
from common.landing.window import Window, WindowPart, split_by_cycle
from common.time_units import MICROSECONDS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from numpy.typing import NDArray

    from common.canonical_dataset import Dataset, DatasetProfile

LANDED_ROWS = pa.schema(
    [
        ("event_id", pa.string()),
        ("event_type", pa.string()),
        ("ts", pa.string()),
        ("location_id", pa.int32()),
        ("order_id", pa.string()),
        ("sequence", pa.int32()),
        ("body", pa.string()),
    ]
)
"""A landed line as a row (``docs/contract.md``, section 4)."""

LANDED_WINDOW_COLUMN = "landed_window"
"""Name of the window that a row came with, where it is asked for."""

# Eight row groups of the default dataset: a task takes about a second.
ROWS_PER_SLICE = 65_536
_ROWS_PER_BATCH = 8_192
_EARLIEST, _LATEST = -(2**62), 2**62
_MAKE = "make the dataset again with `python -m generator canonical`"


@dataclass(frozen=True, slots=True)
class RowGroup:
    """A row group and the seconds between which its events lie.

    Attributes
    ----------
    file
        Number of its file in the dataset.
    number
        Its number in the file.
    rows
        How many rows it has.
    first, last
        Unix seconds; as wide as can be where the file has no statistics.
    """

    file: int
    number: int
    rows: int
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class EventSlice:
    """What one task reads: adjacent row groups of a file, for one cycle of a part of a window.

    Attributes
    ----------
    file, identity
        The file, and what it was when the batch was planned.
    row_groups
        Numbers of its row groups, ascending.
    part
        Positions, and the one cycle.
    profile, shift_days
        What the first batch fixed.
    landed_window
        The name that rows get as their window, or ``None`` for rows without that column.
    """

    file: Path
    identity: str
    row_groups: tuple[int, ...]
    part: WindowPart
    profile: DatasetProfile
    shift_days: int
    landed_window: str | None


class RowGroups:
    """The row groups of a dataset, whose files are open as long as this is entered."""

    def __init__(self, dataset: Dataset, profile: DatasetProfile) -> None:
        self._dataset = dataset
        self._profile = profile
        self._open = ExitStack()
        self._files: list[pq.ParquetFile] = []

    def __enter__(self) -> Self:
        """Open the files."""
        with self._open as stack:
            for path in self._dataset.files:
                self._files.append(stack.enter_context(pq.ParquetFile(path)))
            self._open = stack.pop_all()
        return self

    def __exit__(self, *_: object) -> None:
        """Close the files."""
        self._open.close()

    @cached_property
    def all(self) -> tuple[RowGroup, ...]:
        """All row groups, in the order of the dataset."""
        return tuple(
            _described(number, file.metadata.row_group(position), position)
            for number, file in enumerate(self._files)
            for position in range(file.metadata.num_row_groups)
        )

    def of(self, window: Window, cycle: int) -> tuple[RowGroup, ...]:
        """Return the row groups that can hold events of a cycle in a window."""
        begins = self._begins(cycle)
        first = (begins + window.first) // MICROSECONDS_PER_SECOND
        last = (begins + window.last) // MICROSECONDS_PER_SECOND
        return tuple(each for each in self.all if each.first <= last and each.last >= first)

    def slices(
        self, window: Window, shift_days: int, landed_window: str | None
    ) -> list[EventSlice]:
        """Divide the events of a window among tasks."""
        identities: dict[int, str] = {}
        slices = []
        for part in split_by_cycle(window, self._profile.length, self._profile.last_offset):
            for cycle in part.cycles:
                for groups in _adjacent(self.of(part.window, cycle)):
                    number = groups[0].file
                    path = self._dataset.files[number]
                    if number not in identities:
                        with path.open("rb") as file:
                            identities[number] = identity_of_file(file)
                    slices.append(
                        EventSlice(
                            file=path,
                            identity=identities[number],
                            row_groups=tuple(group.number for group in groups),
                            part=WindowPart(part.window, (cycle,)),
                            profile=self._profile,
                            shift_days=shift_days,
                            landed_window=landed_window,
                        )
                    )
        return slices

    def end_of_batch(self, window: Window, limit: int | None) -> int | None:
        """Return the position at which a batch ends that begins with a window.

        Parameters
        ----------
        window
            What could be read.
        limit
            The most events of the batch, or ``None``. Events at one moment are not divided: a
            batch has more where more than that happen at its first moment.

        Returns
        -------
        int or None
            ``None`` where no event lies in the window.
        """
        begun, left = False, limit
        for part in split_by_cycle(window, self._profile.length, self._profile.last_offset):
            beyond, before = self._event_after(part, left or 0)
            if beyond is not None and left is None:
                return window.last
            if beyond is not None:
                return beyond - 1 if begun or before else beyond
            begun = begun or before > 0
            left = None if left is None else left - before
        return window.last if begun else None

    def _event_after(self, part: WindowPart, limit: int) -> tuple[int | None, int]:
        """Return the position of the event after the first ``limit`` of a part.

        Returns
        -------
        tuple
            The position, or ``None`` where the part has no more events than that; and how many
            events come before it.
        """
        read = [np.empty(0, np.int64)]
        known = 0
        groups = self._by_time(part)
        for number, (_, group, cycle) in enumerate(groups, start=1):
            read.append(self._positions(part, group, cycle))
            known += len(read[-1])
            if known <= limit:
                continue
            positions = np.concatenate(read)
            found = int(np.partition(positions, limit)[limit])
            # What has not been read yet may come before it.
            if number == len(groups) or found <= groups[number][0]:
                return found, int((positions < found).sum())
        return None, known

    def _by_time(self, part: WindowPart) -> list[tuple[int, RowGroup, int]]:
        """Return the earliest position, the row group and the cycle of all that a part reads."""
        return sorted(
            (
                (group.first * MICROSECONDS_PER_SECOND - self._begins(cycle), group, cycle)
                for cycle in part.cycles
                for group in self.of(part.window, cycle)
            ),
            key=lambda each: (each[0], each[1].file, each[1].number, each[2]),
        )

    def _positions(self, part: WindowPart, group: RowGroup, cycle: int) -> NDArray[np.int64]:
        names = [name for name in ("ts_seconds", "ts_micros") if name in self._dataset.columns]
        table = self._files[group.file].read_row_group(group.number, columns=names)
        moments = _whole_numbers(table["ts_seconds"]) * MICROSECONDS_PER_SECOND
        if "ts_micros" in names:
            moments = moments + _whole_numbers(table["ts_micros"])
        positions = moments - self._begins(cycle)
        window = part.window
        return positions[(positions >= window.first) & (positions <= window.last)]

    def _begins(self, cycle: int) -> int:
        return self._profile.epoch_microseconds - cycle * self._profile.length


def read_slice(events: EventSlice) -> Iterator[pa.RecordBatch]:
    """Read the events of a slice as landed rows.

    Only its row groups are read, and of those only the columns that an event has.

    Raises
    ------
    UserError
        If the file is another one than when the batch was planned, or cannot be read.
    """
    try:
        # Whatever is exchanged meanwhile, footer and rows come from one file.
        with events.file.open("rb") as file:
            if identity_of_file(file) != events.identity:
                raise UserError(
                    f"{events.file} was exchanged while a batch was read: put the one back that "
                    "the stream began with (the same seed and options make the same bytes)."
                )
            with pq.ParquetFile(file) as parquet:
                columns = [
                    name for name in EVENT_COLUMNS.names if name in parquet.schema_arrow.names
                ]
                rows = parquet.read_row_groups(events.row_groups, columns=columns)
        yield from _landed_rows(events, rows)
    except (OSError, ValueError, pa.ArrowException, duckdb.Error) as error:
        reason = str(error).split("\n", maxsplit=1)[0]
        raise UserError(f"{events.file} cannot be read ({reason}): {_MAKE}.") from error


def _landed_rows(events: EventSlice, rows: pa.Table) -> Iterator[pa.RecordBatch]:
    query = landed_events(
        EventRows("slice_of_events", rows.column_names),
        events.profile,
        events.part,
        events.shift_days,
    )
    texts = "event_id::VARCHAR AS event_id, body::VARCHAR AS body"
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        # A task of Spark has one core.
        connection.execute("SET threads = 1")
        connection.register("slice_of_events", rows)
        landed = connection.sql(f"SELECT * REPLACE ({texts}) FROM ({query})")
        for batch in landed.to_arrow_reader(_ROWS_PER_BATCH):
            yield _with_window(batch.cast(LANDED_ROWS), events.landed_window)


def _with_window(batch: pa.RecordBatch, landed_window: str | None) -> pa.RecordBatch:
    if landed_window is None:
        return batch
    names = pa.array([landed_window] * batch.num_rows, pa.string())
    return batch.append_column(pa.field(LANDED_WINDOW_COLUMN, pa.string()), names)


def slices_of(
    dataset: Dataset,
    profile: DatasetProfile,
    window: Window,
    shift_days: int,
    *,
    with_window: bool,
) -> list[EventSlice]:
    """Divide the events of a batch among tasks.

    Parameters
    ----------
    dataset, profile
        The dataset and its profile.
    window
        What lies between the offsets of the batch.
    shift_days
        Days from virtual time to the written time.
    with_window
        Whether rows name the window.
    """
    landed_window = window_name(window.first, window.last) if with_window else None
    with RowGroups(dataset, profile) as row_groups:
        return row_groups.slices(window, shift_days, landed_window)


def _described(file: int, metadata: pq.RowGroupMetaData, number: int) -> RowGroup:
    for position in range(metadata.num_columns):
        column = metadata.column(position)
        if column.path_in_schema == "ts_seconds":
            statistics = column.statistics
            if statistics is not None and statistics.has_min_max:
                first, last = int(statistics.min), int(statistics.max)
                return RowGroup(file, number, metadata.num_rows, first, last)
    return RowGroup(file, number, metadata.num_rows, _EARLIEST, _LATEST)


def _adjacent(groups: Iterable[RowGroup]) -> Iterator[list[RowGroup]]:
    """Combine row groups of one file until a task is worth its start."""
    for _, of_file in groupby(groups, key=lambda group: group.file):
        combined: list[RowGroup] = []
        for group in of_file:
            if combined and sum(each.rows for each in combined) + group.rows > ROWS_PER_SLICE:
                yield combined
                combined = []
            combined.append(group)
        if combined:
            yield combined


def _whole_numbers(column: pa.ChunkedArray) -> NDArray[np.int64]:
    return np.asarray(pc.fill_null(column.cast(pa.int64()), 0).to_numpy(), dtype=np.int64)
