"""From the rows of the canonical dataset to landed lines, inside DuckDB."""

from __future__ import annotations

import errno
import os
import re
import shutil
import uuid
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa

from common.canonical_dataset import connected
from common.errors import UserError
from common.event_schema import (
    BODY_COLUMNS,
    EVENT_COLUMNS,
    EVENT_TYPE_IDS,
    ITEM_KEYS,
    PEOPLE_COLUMNS,
)
from common.landing.window import split_by_cycle
from common.system_errors import to_user_error
from common.time_units import MICROSECONDS_PER_DAY, MICROSECONDS_PER_SECOND

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

    from common.canonical_dataset import Dataset, DatasetProfile, EventRows
    from common.landing.window import Window, WindowPart

NAMESPACE = uuid.UUID(bytes=b"caspers-kitchens")
"""Namespace of event ids. Its bytes are text, so that SQL can put it before a name."""

# RFC 4122, section 4.3: the MD5 of namespace and name, with version 3 and the variant set.
_VERSION_BITS = 0xFFFFFFFFFFFF0FFF3FFFFFFFFFFFFFFF
_VERSION_3 = 0x00000000000030008000000000000000

_BODY_VALUES = tuple(
    dict.fromkeys(column for keys in BODY_COLUMNS.values() for column in keys.values())
)
_MEMORY = "1GB"
# DuckDB gives the system's error number only in the text of its message.
_ERROR_NUMBER = re.compile(r'"errno":"(\d+)"')


def cycle_suffix(cycle: int) -> str:
    """Return the suffix of the order ids of a cycle: nothing, ``-L1``, ``-L2``, …"""  # noqa: D400  # an open list
    return f"-L{cycle}" if cycle else ""


def write_window(
    dataset: Dataset,
    profile: DatasetProfile,
    window: Window,
    shift_days: int,
    target: Path,
    *,
    progress: Callable[[int], None] = lambda _: None,
) -> int:
    """Write the events of a window as JSON lines and return how many there are.

    Parameters
    ----------
    dataset, profile
        The dataset and its profile.
    window
        Positions to write.
    shift_days
        Days from virtual time to the written time.
    target
        File to write; there must be none yet. Its folder is used for what does not fit into memory.
    progress
        Called with the position up to which lines are written.

    Raises
    ------
    UserError
        If the dataset cannot be read or the file cannot be written.
    """
    spill = target.with_name("spill")
    copied = target.with_name(target.name + ".part")
    events = 0
    with connected(dataset) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET preserve_insertion_order = true")
        connection.execute(f"SET memory_limit = '{_MEMORY}'")
        connection.execute(f"SET temp_directory = {_text(str(spill))}")
        for part in split_by_cycle(window, profile.length, profile.last_offset):
            query = landed_events(dataset.rows, profile, part, shift_days)
            if target.exists():
                events += _copy(connection, query, copied, dataset)
                _append(target, copied)
            else:
                events += _copy(connection, query, target, dataset)
            progress(part.window.last)
    return events


def count_events(dataset: Dataset, profile: DatasetProfile, window: Window) -> int:
    """Return how many events a window would land."""
    counts = 0
    with connected(dataset) as connection:
        for part in split_by_cycle(window, profile.length, profile.last_offset):
            for cycle in part.cycles:
                query = (
                    f"SELECT count(*) FROM ({_cycle_events(dataset.rows, profile, part, cycle)})"
                )
                row = connection.execute(query).fetchone()
                counts += row[0] if row else 0
    return counts


def landed_events(
    rows: EventRows, profile: DatasetProfile, part: WindowPart, shift_days: int
) -> str:
    """Return the query for the landed lines of a part, in landing order.

    Parameters
    ----------
    rows
        Events of one cycle in the canonical schema, wherever DuckDB reads them from.
    profile
        Which day their day 0 is, how long a cycle is, and whether they are in order.
    part
        Positions, and the cycles that have events there.
    shift_days
        Days from virtual time to the written time.
    """
    shift = profile.epoch_microseconds + shift_days * MICROSECONDS_PER_DAY
    slices = " UNION ALL ".join(_cycle_events(rows, profile, part, cycle) for cycle in part.cycles)
    # A sorted file is read in its order; two cycles at once, or another file, must be sorted.
    in_order = profile.in_order and len(part.cycles) == 1
    order = "" if in_order else "ORDER BY position, order_id, cycle, sequence"
    # Types are numbered from 1, as the elements of a list are in SQL.
    type_names = ", ".join(_text(name) for name in EVENT_TYPE_IDS)
    digest = f"md5({_text(NAMESPACE.bytes.decode())} || landed_order_id || ':' || sequence)"
    return f"""
        SELECT
            (({digest}::UUID::UHUGEINT & {_VERSION_BITS}::UHUGEINT)
                | {_VERSION_3}::UHUGEINT)::UUID AS event_id,
            ([{type_names}])[event_type_id] AS event_type,
            strftime(make_timestamp(position + {shift}), '%Y-%m-%d %H:%M:%S.%g') AS ts,
            location_id,
            landed_order_id AS order_id,
            sequence,
            {_body(rows.columns)} AS body
        FROM ({slices})
        {order}
    """


def _cycle_events(rows: EventRows, profile: DatasetProfile, part: WindowPart, cycle: int) -> str:
    """Return the query for one cycle in a part of a window.

    The condition on whole seconds is the one that lets DuckDB skip row groups.
    """
    begins = profile.epoch_microseconds - cycle * profile.length
    first, last = begins + part.window.first, begins + part.window.last
    micros = "coalesce(ts_micros, 0)::BIGINT" if "ts_micros" in rows.columns else "0"
    values = ", ".join(_value(name, rows.columns) for name in _BODY_VALUES)
    moment = f"(ts_seconds::BIGINT * {MICROSECONDS_PER_SECOND} + {micros})"
    return f"""
        SELECT
            order_id,
            order_id || {_text(cycle_suffix(cycle))} AS landed_order_id,
            {cycle} AS cycle,
            {moment} - {begins} AS position,
            location_id::INTEGER AS location_id,
            event_type_id,
            sequence::INTEGER AS sequence,
            {values}
        FROM {rows.sql}
        WHERE ts_seconds BETWEEN {first // MICROSECONDS_PER_SECOND}
                AND {last // MICROSECONDS_PER_SECOND}
            AND {moment} BETWEEN {first} AND {last}
    """


def _value(column: str, known: Collection[str]) -> str:
    """Return the SQL for a column of the body, with the type of the event schema."""
    kind = "DOUBLE" if _is_number(column) else "VARCHAR"
    return f"{column if column in known else 'NULL'}::{kind} AS {column}"


def _is_number(column: str) -> bool:
    return bool(pa.types.is_floating(EVENT_COLUMNS.field(column).type))


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _body(known: Collection[str]) -> str:
    """Return the SQL for the body of a line: the keys of its event type, in their order."""
    cases = "".join(
        f"WHEN {EVENT_TYPE_IDS[event_type]} THEN {_body_of(keys, known)}\n"
        for event_type, keys in BODY_COLUMNS.items()
    )
    return f"CASE event_type_id\n{cases}ELSE '{{}}' END"


def _body_of(keys: Mapping[str, str], known: Collection[str]) -> str:
    """Return the SQL for a body: what the older form has always, what tells of people if known."""
    people = {key: column for key, column in keys.items() if column in PEOPLE_COLUMNS}
    always = {key: column for key, column in keys.items() if key not in people}
    told = {key: column for key, column in people.items() if column in known}
    if not told:
        return _object_of(always)
    # Nearly every event tells all of them, and one object costs half of what its parts do.
    all_told = " AND ".join(f"{_body_value(column)} IS NOT NULL" for column in told.values())
    whole = _object_of({key: column for key, column in keys.items() if key in always | told})
    parts = [f"nullif(({_object_of(always)})[2:-2], '')"] + [
        f"""'"{key}":' || to_json({_body_value(column)})::VARCHAR""" for key, column in told.items()
    ]
    joined = f"'{{' || concat_ws(',', {', '.join(parts)}) || '}}'"
    return f"CASE WHEN {all_told} THEN {whole} ELSE {joined} END"


def _object_of(keys: Mapping[str, str]) -> str:
    fields = ", ".join(f"{_text(key)}, {_body_value(column)}" for key, column in keys.items())
    return f"json_object({fields})::VARCHAR"


def _body_value(column: str) -> str:
    if column == "items_json":
        item = ", ".join(f'"{key}":"JSON"' for key in ITEM_KEYS)
        return f"""CASE
            WHEN items_json IS NULL THEN NULL
            WHEN json_type(items_json) = 'ARRAY' THEN json_transform(items_json, '[{{{item}}}]')
            ELSE error('items_json of order ' || order_id || ' is not a list')
        END"""
    if column == "payment_json":
        return """CASE
            WHEN payment_json IS NULL THEN NULL
            WHEN json_type(payment_json) = 'OBJECT' THEN json(payment_json)
            ELSE error('payment_json of order ' || order_id || ' is not an object')
        END"""
    if column == "route_json":
        return """CASE
            WHEN route_json IS NULL OR json_valid(route_json) THEN route_json::JSON
            ELSE error('route_json of order ' || order_id || ' is not JSON')
        END"""
    if _is_number(column):
        # JSON has no NaN and no infinity.
        return f"CASE WHEN isfinite({column}) THEN {column} END"
    return column


def _append(target: Path, part: Path) -> None:
    with target.open("ab") as lines, part.open("rb") as written:
        shutil.copyfileobj(written, lines, 1 << 20)
    part.unlink()


def _copy(connection: duckdb.DuckDBPyConnection, query: str, part: Path, dataset: Dataset) -> int:
    try:
        row = connection.execute(
            f"COPY ({query}) TO {_text(str(part))} (FORMAT json, USE_TMP_FILE false)"
        ).fetchone()
    except duckdb.IOException as error:
        number = _system_error(str(error), part)
        if number is not None:
            trouble = OSError(number, os.strerror(number), str(part.parent))
            raise to_user_error(trouble, "write the window into") from error
        reason = str(error).split("\n", maxsplit=1)[0]
        raise UserError(
            f"The window could not be written to {part.parent} from {dataset.events}: {reason}. "
            "Nothing of it is visible; fix that and run again."
        ) from error
    except duckdb.Error as error:
        reason = str(error).split("\n", maxsplit=1)[0]
        raise UserError(
            f"{dataset.events} cannot be replayed ({reason}): make the dataset again with "
            "`python -m generator canonical`."
        ) from error
    return int(row[0]) if row else 0


def _system_error(message: str, part: Path) -> int | None:
    number = _ERROR_NUMBER.search(message)
    if number:
        return int(number[1])
    # Where a file cannot be created, DuckDB gives the system's message without the number.
    words = message.split("\n", maxsplit=1)[0] if str(part) in message else ""
    return next((each for each in errno.errorcode if words.endswith(os.strerror(each))), None)
