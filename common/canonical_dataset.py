"""The canonical dataset as the replay needs it: complete, profiled, and still the same."""

from __future__ import annotations

import hashlib
import json
import re
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, BinaryIO

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from common.dataset_files import DESCRIPTION_FILE, EVENTS_FILE
from common.errors import UserError
from common.event_schema import EVENT_COLUMNS, EVENT_TYPE_IDS, OPTIONAL_COLUMNS
from common.storage import storage_of
from common.time_units import (
    MICROSECONDS_PER_DAY,
    MICROSECONDS_PER_SECOND,
    SECONDS_PER_DAY,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence
    from pathlib import Path

    from numpy.typing import NDArray

_MAKE = "make the dataset with `python -m generator canonical`"
_KEYS = tuple(
    field.name
    for field in EVENT_COLUMNS
    if not field.nullable and field.name not in OPTIONAL_COLUMNS
)
_CREATED = EVENT_TYPE_IDS["order_created"]
_SUFFIXED = re.compile(r"-L\d+$").pattern
_UNIX_EPOCH = date(1970, 1, 1)
_DAYS_OF_A_DATE = 700_000
_FOOTER_TAIL = 8
_MAGIC = b"PAR1"


@dataclass(frozen=True, slots=True)
class EventRows:
    """Events in the canonical schema, as DuckDB reads them.

    Attributes
    ----------
    sql
        What stands in a FROM clause.
    columns
        Which of the columns they have.
    """

    sql: str
    columns: Collection[str]


@dataclass(frozen=True, slots=True)
class Dataset:
    """A canonical dataset that could be opened.

    Attributes
    ----------
    events
        Its ``events.parquet``.
    files
        That file, or where it is a folder (as Spark writes it) the files in it, in the order in
        which their rows follow each other.
    columns
        The columns they have.
    identity
        Changes when the file is replaced by another; the same bytes have the same identity.
    epoch, days
        Date of day 0 and length of the cycle from ``dataset.json``; ``None`` where there is none.
    """

    events: Path
    files: tuple[Path, ...]
    columns: frozenset[str]
    identity: str
    epoch: date | None
    days: int | None

    @property
    def folder(self) -> Path:
        """The folder that it was opened in."""
        return self.events.parent

    @property
    def rows(self) -> EventRows:
        """Its events in their order."""
        files = ", ".join("'" + literal_path(file).replace("'", "''") + "'" for file in self.files)
        return EventRows(f"read_parquet([{files}])", self.columns)


@dataclass(frozen=True, slots=True)
class DatasetProfile:
    """What a replay must know about its dataset as long as it runs.

    Attributes
    ----------
    identity
        As in `Dataset`.
    epoch
        Date of day 0.
    days
        Length of the cycle in days.
    events
        Number of events in one cycle; 0 where it has no end.
    last_offset
        Microseconds from the epoch to the last event. May be beyond ``days``.
    in_order
        Whether the file is sorted by time, order and sequence.
    is_live
        Whether its days are made as they are due, and no file has them.
    """

    identity: str
    epoch: date
    days: int
    events: int
    last_offset: int
    in_order: bool
    is_live: bool = False

    @property
    def length(self) -> int:
        """Length of the cycle in microseconds."""
        return self.days * MICROSECONDS_PER_DAY

    @property
    def epoch_microseconds(self) -> int:
        """Day 0 in microseconds of Unix time."""
        return (self.epoch - _UNIX_EPOCH).days * MICROSECONDS_PER_DAY


def open_dataset(canonical: Path) -> Dataset:
    """Open the dataset in ``canonical`` and check that its events can be read.

    Raises
    ------
    UserError
        If it is missing, unreadable, or has other columns than a canonical dataset.
    """
    events = canonical / EVENTS_FILE
    try:
        files = _files(events)
        footers = [_footer(file) for file in files]
        identity = _identity(footers)
        schemas = [footer.schema for footer in footers]
    except FileNotFoundError as error:
        raise UserError(f"There is no canonical dataset at {events}: {_MAKE}.") from error
    except (pa.ArrowInvalid, OSError, ValueError) as error:
        reason = str(error).split("\n", maxsplit=1)[0]
        raise UserError(
            f"{events} is not a Parquet file that can be read ({reason}): {_MAKE}."
        ) from error
    columns = frozenset(schemas[0].names)
    for file, schema in zip(files, schemas, strict=True):
        _check_schema(file, schema)
        if columns != set(schema.names):
            raise UserError(f"{file} and {files[0]} have different columns: {_MAKE}.")
    epoch, days, described = _read_description(canonical / DESCRIPTION_FILE)
    rows = sum(footer.rows for footer in footers)
    # Parts appear one after the other where a folder cannot be exchanged, and some make a dataset.
    if len(files) > 1 and described not in {None, rows}:
        raise UserError(
            f"{events} has {rows:,} of the {described:,} events that {DESCRIPTION_FILE} tells of: "
            f"wait until it is written, or {_MAKE}."
        )
    return Dataset(events, files, columns, identity, epoch, days)


@contextmanager
def connected(dataset: Dataset) -> Iterator[duckdb.DuckDBPyConnection]:
    """Offer a connection of DuckDB that reads the rows of a dataset, wherever it is."""
    with duckdb.connect() as connection:
        storage_of(dataset.events).let_read(connection)
        yield connection


def profile_dataset(dataset: Dataset) -> DatasetProfile:
    """Read the whole dataset once, at the first run.

    Memory holds the keys of one row group at a time.

    Raises
    ------
    UserError
        If it is empty, an event lacks a key or has an unknown type, an order id looks like one
        of a later cycle, or ``dataset.json`` contradicts the events.
    """
    _check_rows(dataset)
    span = _span(dataset)
    epoch = dataset.epoch or _UNIX_EPOCH + timedelta(days=span.first // MICROSECONDS_PER_DAY)
    epoch_microseconds = (epoch - _UNIX_EPOCH).days * MICROSECONDS_PER_DAY
    if span.first < epoch_microseconds:
        raise UserError(
            f"{dataset.events} has events before {epoch}, the epoch in dataset.json beside it: "
            f"{_MAKE}."
        )
    days = dataset.days or _days_of(span)
    return DatasetProfile(
        identity=dataset.identity,
        epoch=epoch,
        days=days,
        events=span.events,
        last_offset=span.last - epoch_microseconds,
        in_order=span.in_order,
    )


def check_same(
    dataset: Dataset,
    profile: DatasetProfile,
    start_again: str = "start again with `python -m flows.replay reset`",
) -> None:
    """Refuse a dataset that is not the one the replay began with.

    Parameters
    ----------
    dataset
        What is there now.
    profile
        What was there at the first run.
    start_again
        What to do instead of putting that one back, for the message.

    Raises
    ------
    UserError
        If its events, its epoch or the length of its cycle differ.
    """
    if profile.is_live:
        raise UserError(
            "This landing belongs to the live generator, not to a replay of "
            f"{dataset.events.parent}: `python -m generator live` goes on with it, "
            "`python -m flows.replay reset` removes what has landed."
        )
    if (
        dataset.identity == profile.identity
        and dataset.epoch in {None, profile.epoch}
        and dataset.days in {None, profile.days}
    ):
        return
    raise UserError(
        f"{dataset.events.parent} holds another dataset than the one this replay began with: "
        "put that one back (the same seed and options make the same bytes), or "
        f"{start_again}."
    )


def _files(events: Path) -> tuple[Path, ...]:
    if not events.is_dir():
        return (events,)
    found = (file for file in events.iterdir() if file.name.endswith(".parquet"))
    files = sorted(file for file in found if file.name[0] not in "._")
    if not files:
        raise ValueError("it is a folder without a Parquet file")
    return tuple(files)


@dataclass(frozen=True, slots=True)
class _Footer:
    """The end of a Parquet file, which says of every column chunk where and what it is.

    Attributes
    ----------
    content
        The footer alone.
    size
        Bytes of the whole file.
    """

    content: bytes
    size: int

    @property
    def identity(self) -> str:
        """A hash of the footer and the size: cheap at any length."""
        return hashlib.sha256(self.content + self.size.to_bytes(8, "little")).hexdigest()

    @property
    def schema(self) -> pa.Schema:
        """The columns of the file."""
        return self._metadata.schema.to_arrow_schema()

    @property
    def rows(self) -> int:
        """How many rows the file has."""
        return int(self._metadata.num_rows)

    @property
    def _metadata(self) -> pq.FileMetaData:
        return _parsed(self.content)


@lru_cache(maxsize=16)
def _parsed(footer: bytes) -> pq.FileMetaData:
    """Parse a footer, which takes a second for a hundred million events, once for all windows."""
    end = len(footer).to_bytes(4, "little") + _MAGIC
    return pq.read_metadata(pa.BufferReader(_MAGIC + footer + end))


def _identity(footers: Sequence[_Footer]) -> str:
    """Return what changes when a file or their order does; that of one file is the file's own."""
    identities = [footer.identity for footer in footers]
    if len(identities) == 1:
        return identities[0]
    return hashlib.sha256("".join(identities).encode()).hexdigest()


def identity_of_file(file: BinaryIO) -> str:
    """Hash what the footer says of every column chunk, and the size: cheap at any length.

    Raises
    ------
    ValueError
        If it is not a whole Parquet file.
    """
    return _read_footer(file).identity


def _footer(events: Path) -> _Footer:
    with events.open("rb") as file:
        return _read_footer(file)


def _read_footer(file: BinaryIO) -> _Footer:
    size = file.seek(0, 2)
    if size < _FOOTER_TAIL + len(_MAGIC):
        raise ValueError(f"it has {size} bytes")
    file.seek(size - _FOOTER_TAIL)
    tail = file.read(_FOOTER_TAIL)
    length = int.from_bytes(tail[:4], "little")
    if tail[4:] != _MAGIC or length > size - _FOOTER_TAIL:
        raise ValueError("its end is missing")
    file.seek(size - _FOOTER_TAIL - length)
    return _Footer(file.read(length), size)


def _check_schema(events: Path, schema: pa.Schema) -> None:
    missing = [
        field.name
        for field in EVENT_COLUMNS
        if field.name not in schema.names and field.name not in OPTIONAL_COLUMNS
    ]
    if missing:
        raise UserError(
            f"{events} is not a canonical dataset, it lacks {', '.join(missing)}: {_MAKE}."
        )
    for field in EVENT_COLUMNS:
        if field.name not in schema.names:
            continue
        found = schema.field(field.name).type
        fits, wanted = _requirement(field.type)
        if not fits(found):
            raise UserError(
                f"{events} is not a canonical dataset, {field.name} is {found} "
                f"instead of {wanted}: {_MAKE}."
            )


def _requirement(kind: pa.DataType) -> tuple[Callable[[pa.DataType], bool], str]:
    """Return what the type of a column must be, as a test and in words; width does not matter."""
    if pa.types.is_integer(kind):
        return pa.types.is_integer, "whole numbers"
    if pa.types.is_floating(kind):
        return _is_number, "numbers"
    return _is_text, "text"


def _is_number(kind: pa.DataType) -> bool:
    return bool(pa.types.is_floating(kind) or pa.types.is_integer(kind) or pa.types.is_null(kind))


def _is_text(kind: pa.DataType) -> bool:
    value = kind.value_type if pa.types.is_dictionary(kind) else kind
    return bool(
        pa.types.is_string(value)
        or pa.types.is_large_string(value)
        or pa.types.is_string_view(value)
        or pa.types.is_null(value)
    )


def _read_description(path: Path) -> tuple[date | None, int | None, int | None]:
    """Read epoch, days and events from ``dataset.json``; datasets of the older form have none."""
    try:
        content: Any = json.loads(path.read_bytes())
    except FileNotFoundError:
        return None, None, None
    except (OSError, ValueError) as error:
        raise UserError(f"{path} cannot be read ({error}): {_MAKE}.") from error
    if not isinstance(content, dict):
        raise UserError(f"{path} is not one JSON object: {_MAKE}.")
    epoch, days = content.get("epoch"), content.get("days")
    if days is not None and (type(days) is not int or days < 1):
        raise UserError(f"{path}: days is {days!r} instead of a whole number above 0: {_MAKE}.")
    events = content.get("events")
    return _day_zero(path, epoch), days, events if type(events) is int else None


def _day_zero(path: Path, epoch: object) -> date | None:
    """Read a date, or Unix seconds of a midnight."""
    if epoch is None:
        return None
    if type(epoch) is int:
        day, rest = divmod(epoch, SECONDS_PER_DAY)
        if not rest and abs(day) < _DAYS_OF_A_DATE:
            return _UNIX_EPOCH + timedelta(days=day)
    if isinstance(epoch, str):
        with suppress(ValueError):
            return date.fromisoformat(epoch)
    raise UserError(f"{path}: the epoch {epoch!r} is not a midnight: {_MAKE}.")


def _days_of(span: _Span) -> int:
    """Return the length of a cycle that no ``dataset.json`` gives.

    Whole days from the first event on, not dates: days that were written in another zone begin and
    end at another hour than midnight, and ninety of them are on ninety-one dates.
    """
    return (span.last_created - span.first) // MICROSECONDS_PER_DAY + 1


@dataclass(frozen=True, slots=True)
class _Span:
    events: int
    first: int
    last: int
    last_created: int
    in_order: bool


def _check_rows(dataset: Dataset) -> None:
    nulls = ", ".join(f"count(*) - count({name})" for name in _KEYS)
    micros = "ts_micros" if "ts_micros" in dataset.columns else "0"
    query = f"""
        SELECT
            count(*),
            count(*) FILTER (event_type_id NOT BETWEEN 1 AND {len(EVENT_TYPE_IDS)}),
            count(*) FILTER (event_type_id = {_CREATED}),
            count(*) FILTER (event_type_id = {_CREATED} AND regexp_matches(order_id, ?)),
            count(*) FILTER ({micros} NOT BETWEEN 0 AND {MICROSECONDS_PER_SECOND - 1}),
            {nulls}
        FROM {dataset.rows.sql}
    """
    with connected(dataset) as connection:
        try:
            row = connection.execute(query, [_SUFFIXED]).fetchone()
        except duckdb.Error as error:
            reason = str(error).split("\n", maxsplit=1)[0]
            raise UserError(f"{dataset.events} cannot be read ({reason}): {_MAKE}.") from error
    if row is None or row[0] == 0:
        raise UserError(f"{dataset.events} holds no events: {_MAKE}.")
    _, unknown, created, suffixed, beyond, *missing = row
    faults = [
        f"{count} events have no {name}"
        for name, count in zip(_KEYS, missing, strict=True)
        if count
    ]
    if unknown:
        faults.append(f"{unknown} events have an event_type_id beyond 1 to {len(EVENT_TYPE_IDS)}")
    if beyond:
        faults.append(f"{beyond} events have ts_micros beyond a second")
    if not created:
        faults.append("no order was created")
    if suffixed:
        faults.append(
            f"{suffixed} orders have an id that ends like those of a repeated cycle (-L1)"
        )
    if faults:
        raise UserError(f"{dataset.events}: {'; '.join(faults)}: {_MAKE}.")


def _span(dataset: Dataset) -> _Span:
    names = [name for name in (*_KEYS, "ts_micros") if name in dataset.columns]
    first, last, last_created, events = 2**62, -(2**62), -(2**62), 0
    in_order, previous = True, None
    for batch in _batches(dataset, names):
        moments = _moments(batch)
        created = moments[_array(batch, "event_type_id") == _CREATED]
        events += len(moments)
        first, last = min(first, int(moments.min())), max(last, int(moments.max()))
        last_created = max(last_created, int(created.max(initial=last_created)))
        in_order = in_order and _in_order(batch, moments)
        head, tail = _key(batch, moments, 0), _key(batch, moments, len(moments) - 1)
        in_order = in_order and (previous is None or previous < head)
        previous = tail
    return _Span(events, first, last, last_created, in_order)


def _batches(dataset: Dataset, names: Sequence[str]) -> Iterator[pa.RecordBatch]:
    for path in dataset.files:
        with (
            path.open("rb", buffering=0) as opened,
            pq.ParquetFile(opened, pre_buffer=True) as file,
        ):
            for batch in file.iter_batches(batch_size=1 << 17, columns=names):
                if batch.num_rows:
                    yield batch


def _moments(batch: pa.RecordBatch) -> NDArray[np.int64]:
    moments = _array(batch, "ts_seconds") * MICROSECONDS_PER_SECOND
    if "ts_micros" in batch.schema.names:
        moments = moments + pc.fill_null(batch["ts_micros"].cast(pa.int64()), 0).to_numpy()
    return np.asarray(moments, dtype=np.int64)


def _array(batch: pa.RecordBatch, name: str) -> NDArray[np.int64]:
    return np.asarray(batch[name].cast(pa.int64()), dtype=np.int64)


def _in_order(batch: pa.RecordBatch, moments: NDArray[np.int64]) -> bool:
    steps = np.diff(moments)
    if bool((steps < 0).any()):
        return False
    # Few events share a microsecond, so comparing them one by one costs nothing.
    return all(
        _key(batch, moments, row) < _key(batch, moments, row + 1)
        for row in np.flatnonzero(steps == 0).tolist()
    )


def _key(batch: pa.RecordBatch, moments: NDArray[np.int64], row: int) -> tuple[int, bytes, int]:
    order_id = str(batch["order_id"][row].as_py()).encode()
    return int(moments[row]), order_id, int(batch["sequence"][row].as_py())


def literal_path(path: Path) -> str:
    """Return a path as DuckDB reads it where it would else expand a pattern."""
    return re.sub(r"([*?\[])", r"[\1]", str(path))
