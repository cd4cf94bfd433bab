"""Reading a dataset from its folder, of any form that the replay accepts."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from common.dataset_files import DESCRIPTION_FILE, EVENTS_FILE, table_file
from common.errors import UserError
from common.event_schema import EVENT_COLUMNS, EVENT_TYPE_IDS, OPTIONAL_COLUMNS
from common.time_units import MICROSECONDS_PER_DAY, SECONDS_PER_DAY
from generator.realism.columns import (
    Kitchens,
    as_orders,
    as_seen,
    begins_of_routes,
    create_events,
    create_orders,
    read_digits,
    read_fixes,
    read_lines,
    read_route_points,
)
from generator.realism.observed import Observed

if TYPE_CHECKING:
    from pathlib import Path

_UNIX_EPOCH = date(1970, 1, 1)
_CREATED = EVENT_TYPE_IDS["order_created"]
_UNREADABLE = (duckdb.IOException, duckdb.InvalidInputException, duckdb.ConversionException)


def read_dataset(folder: Path, days: int) -> Observed:
    """Read the orders of the first days of a dataset, with all their events.

    Parameters
    ----------
    folder
        Folder of the dataset.
    days
        How many days at most, so that memory does not grow with a longer dataset.

    Raises
    ------
    UserError
        If there is no dataset, it cannot be read, or it has no orders.
    """
    events = folder / EVENTS_FILE
    files, columns = _files(events)
    epoch = _epoch(folder / DESCRIPTION_FILE)
    with duckdb.connect() as connection:
        try:
            return _read(connection, folder, files, columns, epoch, days)
        except _UNREADABLE as error:
            reason = str(error).split("\n", maxsplit=1)[0]
            raise UserError(f"{events} cannot be read ({reason}).") from error


def _files(events: Path) -> tuple[list[Path], frozenset[str]]:
    """Return the files of the events and the columns that all of them have."""
    try:
        files = [events]
        if events.is_dir():
            files = sorted(file for file in events.glob("*.parquet") if file.name[0] not in "._")
        schemas = [pq.read_schema(file) for file in files]
    except FileNotFoundError as error:
        raise UserError(
            f"There is no dataset in {events.parent}, {events.name} is missing: give the folder "
            "that `python -m generator canonical` has written, or another of that form."
        ) from error
    except (pa.ArrowInvalid, OSError) as error:
        reason = str(error).split("\n", maxsplit=1)[0]
        raise UserError(f"{events} is not a Parquet file that can be read ({reason}).") from error
    if not files:
        raise UserError(f"{events} is a folder without a Parquet file.")
    columns = frozenset.intersection(*(frozenset(schema.names) for schema in schemas))
    missing = [
        name for name in EVENT_COLUMNS.names if name not in columns and name not in OPTIONAL_COLUMNS
    ]
    if missing:
        raise UserError(f"{events} is not the events of a dataset, it lacks {', '.join(missing)}.")
    return files, columns


def _epoch(description: Path) -> date | None:
    """Read the date of day 0; datasets of the older form have no description."""
    try:
        content: Any = json.loads(description.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise UserError(f"{description} cannot be read ({error}).") from error
    epoch = content.get("epoch") if isinstance(content, dict) else None
    if epoch is None:
        return None
    try:
        if isinstance(epoch, str):
            return date.fromisoformat(epoch)
        return _UNIX_EPOCH + timedelta(days=int(epoch) // SECONDS_PER_DAY)
    except (TypeError, ValueError, OverflowError) as error:
        raise UserError(f"{description}: the epoch {epoch!r} is not a day.") from error


def _read(
    connection: duckdb.DuckDBPyConnection,
    folder: Path,
    files: list[Path],
    columns: frozenset[str],
    epoch: date | None,
    days: int,
) -> Observed:
    # With one thread the rows have one order, and so sums have the same last digit.
    connection.execute("set threads = 1")
    create_events(connection, files, columns)
    ((first, last),) = connection.execute(
        f"select min(moment), max(moment) from events where event_type_id = {_CREATED}"
    ).fetchall()
    if first is None:
        raise UserError(f"{folder / EVENTS_FILE} has no orders.")
    first_day, last_day = first // MICROSECONDS_PER_DAY, last // MICROSECONDS_PER_DAY
    zero = (epoch - _UNIX_EPOCH).days if epoch is not None else first_day
    # Of a dataset that begins long after its epoch the first days with orders are read.
    if not 0 <= first_day - zero < days:
        zero = first_day
    days_read = min(days, last_day - zero + 1)
    create_orders(connection, zero * MICROSECONDS_PER_DAY, days_read)

    table = connection.sql("select * from orders order by row").to_arrow_table()
    locations = _locations(folder)
    ids, of_order = np.unique(table["location_id"].to_numpy(), return_inverse=True)
    route_points = read_route_points(connection)
    places = begins_of_routes(route_points, of_order, ids.size)
    for number, location_id in enumerate(ids.tolist()):
        if location_id in locations and np.isnan(places[number]).any():
            places[number] = locations[location_id][1:]
    kitchens = Kitchens(ids, of_order, places)
    return Observed(
        day_zero=_UNIX_EPOCH + timedelta(days=zero),
        days=days_read,
        kitchens=tuple(locations.get(each, (str(each),))[0] for each in ids.tolist()),
        orders=as_orders(table, kitchens),
        lines=read_lines(connection),
        routes=as_seen(route_points, kitchens),
        fixes=read_fixes(connection, zero * MICROSECONDS_PER_DAY, kitchens),
        names_customers=table["customer_id"].null_count < len(table),
        digits=read_digits(connection),
    )


def _locations(folder: Path) -> dict[int, tuple[str, float, float]]:
    """Read code and place of each kitchen from the table beside the events, if there is one."""
    try:
        rows = pq.ParquetFile(folder / table_file("locations")).read().to_pylist()
        return {
            int(row.get("location_id") or row["id"]): (
                str(row.get("location_code") or row.get("name")),
                float(row["lat"]),
                float(row["lon"]),
            )
            for row in rows
        }
    except (FileNotFoundError, pa.ArrowInvalid, KeyError, TypeError, ValueError):
        return {}
