"""From the rows of the canonical dataset to landed lines, inside DuckDB."""

from __future__ import annotations

import errno
import os
import re
import shutil
import uuid
from typing import TYPE_CHECKING

import duckdb

from common.errors import UserError
from common.system_errors import to_user_error
from flows.replay.dataset import EVENT_TYPES, rows_of
from flows.replay.window import MICROSECONDS_PER_SECOND, split_by_cycle

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from flows.replay.dataset import Dataset, DatasetProfile
    from flows.replay.window import Window, WindowPart

NAMESPACE = uuid.UUID(bytes=b"caspers-kitchens")
"""Namespace of event ids. Its bytes are text, so that SQL can put it before a name."""

# RFC 4122, section 4.3: the MD5 of namespace and name, with version 3 and the variant put in.
_VERSION_BITS = 0xFFFFFFFFFFFF0FFF3FFFFFFFFFFFFFFF
_VERSION_3 = 0x00000000000030008000000000000000

_ITEM_KEYS = ("id", "category_id", "menu_id", "brand_id", "name", "price", "qty")
_TEXTS = ("customer_addr", "items_json", "route_json")
_NUMBERS = ("customer_lat", "customer_lon", "eta_mins", "ping_lat", "ping_lon", "ping_progress")
_MEMORY = "1GB"
# DuckDB hands on the system's error number inside its message.
_ERROR_NUMBER = re.compile(r'"errno":"(\d+)"')


def event_id(order_id: str, sequence: int) -> str:
    """Return the id of an event: the same for the same event, wherever and whenever it lands.

    Parameters
    ----------
    order_id
        With the suffix of its cycle.
    sequence
        Number of the event within its order, from 0.
    """
    return str(uuid.uuid3(NAMESPACE, f"{order_id}:{sequence}"))


def cycle_suffix(cycle: int) -> str:
    """Return what is put behind the order ids of a cycle: nothing, ``-L1``, ``-L2``, …"""  # noqa: D400  # an open list
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
    dataset, facts
        The dataset and what is known of it.
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
    with duckdb.connect() as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("SET preserve_insertion_order = true")
        connection.execute(f"SET memory_limit = '{_MEMORY}'")
        connection.execute(f"SET temp_directory = {_text(str(spill))}")
        for part in split_by_cycle(window, profile.length, profile.last_offset):
            query = landed_events(dataset, profile, part, shift_days)
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
    with duckdb.connect() as connection:
        for part in split_by_cycle(window, profile.length, profile.last_offset):
            for cycle in part.cycles:
                query = f"SELECT count(*) FROM ({_cycle_events(dataset, profile, part, cycle)})"
                row = connection.execute(query).fetchone()
                counts += row[0] if row else 0
    return counts


def landed_events(
    dataset: Dataset, profile: DatasetProfile, part: WindowPart, shift_days: int
) -> str:
    """Return the query for the landed lines of a stretch, in landing order."""
    shift = profile.epoch_microseconds + shift_days * 86_400 * MICROSECONDS_PER_SECOND
    slices = " UNION ALL ".join(
        _cycle_events(dataset, profile, part, cycle) for cycle in part.cycles
    )
    # A sorted file is read in its order; two cycles at once, or another file, must be sorted.
    in_order = profile.in_order and len(part.cycles) == 1
    order = "" if in_order else "ORDER BY position, order_id, cycle, sequence"
    names = ", ".join(_text(name) for name in EVENT_TYPES)
    digest = f"md5({_text(NAMESPACE.bytes.decode())} || landed_order_id || ':' || sequence)"
    return f"""
        SELECT
            (({digest}::UUID::UHUGEINT & {_VERSION_BITS}::UHUGEINT)
                | {_VERSION_3}::UHUGEINT)::UUID AS event_id,
            ([{names}])[event_type_id] AS event_type,
            strftime(make_timestamp(position + {shift}), '%Y-%m-%d %H:%M:%S.%g') AS ts,
            location_id,
            landed_order_id AS order_id,
            sequence,
            {_BODY} AS body
        FROM ({slices})
        {order}
    """


def _cycle_events(dataset: Dataset, profile: DatasetProfile, part: WindowPart, cycle: int) -> str:
    """Return the query for one cycle's part of a stretch.

    The condition on whole seconds is the one that lets DuckDB skip row groups.
    """
    begins = profile.epoch_microseconds - cycle * profile.length
    first, last = begins + part.window.first, begins + part.window.last
    micros = "coalesce(ts_micros, 0)::BIGINT" if "ts_micros" in dataset.columns else "0"
    texts = ", ".join(f"{name}::VARCHAR AS {name}" for name in _TEXTS)
    numbers = ", ".join(
        f"{name if name in dataset.columns else 'NULL'}::DOUBLE AS {name}" for name in _NUMBERS
    )
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
            {texts},
            {numbers}
        FROM {rows_of(dataset)}
        WHERE ts_seconds BETWEEN {first // MICROSECONDS_PER_SECOND}
                AND {last // MICROSECONDS_PER_SECOND}
            AND {moment} BETWEEN {first} AND {last}
    """


def _number(column: str) -> str:
    # JSON knows no NaN and no infinity.
    return f"CASE WHEN isfinite({column}) THEN {column} END"


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


_ITEM = ", ".join(f'"{key}":"JSON"' for key in _ITEM_KEYS)
_BODY = f"""
    CASE event_type_id
    WHEN 1 THEN json_object(
        'customer_lat', {_number("customer_lat")},
        'customer_lon', {_number("customer_lon")},
        'customer_addr', customer_addr,
        'items', CASE
            WHEN items_json IS NULL THEN NULL
            WHEN json_type(items_json) = 'ARRAY' THEN json_transform(items_json, '[{{{_ITEM}}}]')
            ELSE error('items_json of order ' || order_id || ' is not a list')
        END
    )::VARCHAR
    WHEN 6 THEN json_object(
        'route_points', CASE
            WHEN route_json IS NULL OR json_valid(route_json) THEN route_json::JSON
            ELSE error('route_json of order ' || order_id || ' is not JSON')
        END,
        'eta_mins', {_number("eta_mins")}
    )::VARCHAR
    WHEN 7 THEN json_object(
        'progress_pct', {_number("ping_progress")},
        'loc_lat', {_number("ping_lat")},
        'loc_lon', {_number("ping_lon")}
    )::VARCHAR
    WHEN 8 THEN json_object(
        'delivered_lat', {_number("customer_lat")},
        'delivered_lon', {_number("customer_lon")}
    )::VARCHAR
    ELSE '{{}}'
    END
"""


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
            "Nothing of it is visible; mend that and run again."
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
    # Where a file cannot even be made, DuckDB gives the system's words and no number.
    words = message.split("\n", maxsplit=1)[0] if str(part) in message else ""
    return next((each for each in errno.errorcode if words.endswith(os.strerror(each))), None)
