"""Reading a dataset from its folder, of any form that the replay accepts."""

from __future__ import annotations

import json
import re
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from common.dataset_files import DESCRIPTION_FILE, EVENTS_FILE, table_file
from common.errors import UserError
from common.event_schema import EVENT_COLUMNS, EVENT_TYPE_IDS, OPTIONAL_COLUMNS, PAYMENT_KEYS
from common.time_units import MICROSECONDS_PER_DAY, MICROSECONDS_PER_SECOND, SECONDS_PER_DAY
from generator.realism.observed import Fixes, Lines, Observed, Orders, Routes

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

DEFAULT_DAYS = 90

_UNIX_EPOCH = date(1970, 1, 1)
_METRES_PER_DEGREE = 111_195.0
_STEPS = {
    "created": "order_created",
    "started": "gk_started",
    "finished": "gk_finished",
    "ready": "gk_ready",
    "arrived": "driver_arrived",
    "picked_up": "driver_picked_up",
    "delivered": "delivered",
    "cancelled": "order_cancelled",
}
_UNREADABLE = (duckdb.IOException, duckdb.InvalidInputException, duckdb.ConversionException)
_ITEMS = '[{"id":"BIGINT","brand_id":"BIGINT","price":"DOUBLE","qty":"DOUBLE"}]'


def read_dataset(folder: Path, days: int = DEFAULT_DAYS) -> Observed:
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
    # Threads would make the order of equal rows, and so the last digit of a sum, vary.
    connection.execute("set threads = 1")
    _create_views(connection, files, columns)
    ((first, last),) = connection.execute(
        "select min(moment), max(moment) from moments where event_type_id = 1"
    ).fetchall()
    if first is None:
        raise UserError(f"{folder / EVENTS_FILE} has no orders.")
    first_day = first // MICROSECONDS_PER_DAY
    zero = (epoch - _UNIX_EPOCH).days if epoch is not None else first_day
    if not 0 <= first_day - zero < days:
        zero = first_day
    read_days = min(days, last // MICROSECONDS_PER_DAY - zero + 1)
    _create_orders(connection, zero * MICROSECONDS_PER_DAY, read_days)

    table = connection.sql("select * from orders order by row").to_arrow_table()
    locations = _locations(folder)
    ids, kitchen = np.unique(table["location_id"].to_numpy(), return_inverse=True)
    origins, routes = _routes(connection, kitchen, ids, locations)
    fractions = _fractions(connection)
    return Observed(
        day_zero=_UNIX_EPOCH + timedelta(days=zero),
        days=read_days,
        kitchens=tuple(locations.get(each, (str(each),))[0] for each in ids.tolist()),
        orders=_orders(table, kitchen, origins),
        lines=_lines(connection),
        routes=routes,
        fixes=_fixes(connection, zero * MICROSECONDS_PER_DAY, kitchen, origins),
        names_people=table["customer_id"].null_count < len(table),
        whole_seconds=fractions is None,
        below_milliseconds=None if fractions is None else fractions[0],
        orders_with_one_fraction=None if fractions is None else fractions[1],
    )


def _create_views(
    connection: duckdb.DuckDBPyConnection, files: list[Path], columns: frozenset[str]
) -> None:
    """Create ``moments``: the events with all columns, and their moment in microseconds."""
    names = ", ".join(f"'{_literal(file)}'" for file in files)
    optional = ", ".join(
        f"null::{_sql_type(name)} as {name}"
        for name in EVENT_COLUMNS.names
        if name in OPTIONAL_COLUMNS and name not in columns
    )
    present = ", ".join(name for name in EVENT_COLUMNS.names if name in columns)
    connection.execute(
        f"""
        create view moments as
        select *, ts_seconds * {MICROSECONDS_PER_SECOND}::bigint
            + coalesce(ts_micros, 0)::bigint as moment
        from (select {", ".join(filter(None, (present, optional)))} from read_parquet([{names}]))
        """
    )


def _sql_type(column: str) -> str:
    kind = EVENT_COLUMNS.field(column).type
    if pa.types.is_integer(kind):
        return "bigint"
    return "double" if pa.types.is_floating(kind) else "varchar"


def _literal(file: Path) -> str:
    """Return a path as DuckDB reads it in a literal, where it would else expand a pattern."""
    return re.sub(r"([*?\[])", r"[\1]", str(file)).replace("'", "''")


def _create_orders(connection: duckdb.DuckDBPyConnection, zero: int, days: int) -> None:
    """Create ``orders``: one row an order that was placed within the days, numbered by time."""
    steps = ", ".join(
        f"(min(moment) filter (event_type_id = {EVENT_TYPE_IDS[kind]}) - {zero})::double as {step}"
        for step, kind in _STEPS.items()
    )
    created, delivered = EVENT_TYPE_IDS["order_created"], EVENT_TYPE_IDS["delivered"]
    of_created = ", ".join(
        f"any_value({name}) filter (event_type_id = {created}) as {name}"
        for name in (
            *("customer_lat", "customer_lon", "customer_addr", "items_json"),
            *("customer_id", "promised_mins", "payment_json"),
        )
    )
    connection.execute(
        f"""
        create temp table orders as
        select row_number() over (order by created, order_id) - 1 as row, *
        from (
            select
                order_id, any_value(location_id)::bigint as location_id, {steps}, {of_created},
                any_value(route_json) as route_json, any_value(eta_mins)::double as eta_mins,
                any_value(customer_lat) filter (event_type_id = {delivered}) as delivered_lat,
                any_value(customer_lon) filter (event_type_id = {delivered}) as delivered_lon,
                any_value(driver_id) as driver_id, any_value(reason) as reason
            from moments
            group by order_id
        )
        where created >= 0 and created < {days * MICROSECONDS_PER_DAY}
        """
    )


def _locations(folder: Path) -> dict[int, tuple[str, float, float]]:
    """Read code and place of each kitchen from the table beside the events, if there is one."""
    try:
        rows = pq.read_table(folder / table_file("locations")).to_pylist()
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


def _routes(
    connection: duckdb.DuckDBPyConnection,
    kitchen: NDArray[np.int64],
    ids: NDArray[np.int64],
    locations: dict[int, tuple[str, float, float]],
) -> tuple[NDArray[np.float64], Routes]:
    """Return where each kitchen is, latitude and longitude, and the routes as seen from there.

    Routes begin at the kitchen; only a kitchen without routes is looked up.
    """
    table = connection.sql(
        """
        select row, points from (
            select row, list_filter(
                try(from_json(route_json, '[["DOUBLE"]]')), lambda point: len(point) = 2
            ) as points
            from orders where route_json is not null
        ) where len(points) > 0 order by row
        """
    ).to_arrow_table()
    order = table["row"].to_numpy()
    lists = table["points"].combine_chunks()
    count = pc.list_value_length(lists).to_numpy().astype(np.int64)
    offsets = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    points = pc.list_flatten(pc.list_flatten(lists)).to_numpy(zero_copy_only=False).reshape(-1, 2)
    origins = np.full((ids.size, 2), np.nan)
    for number, location_id in enumerate(ids.tolist()):
        begins = points[offsets[:-1][kitchen[order] == number]]
        if begins.size:
            origins[number] = np.median(begins, axis=0)
        elif location_id in locations:
            origins[number] = locations[location_id][1:]
    owner = np.repeat(kitchen[order], count)
    east, north = _metres(points[:, 0], points[:, 1], owner, origins)
    return origins, Routes(order, offsets, east, north)


def _metres(
    latitude: NDArray[np.float64],
    longitude: NDArray[np.float64],
    kitchen: NDArray[np.int64],
    origins: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return metres east and north of the kitchen; over so few miles the earth is flat."""
    north = (latitude - origins[kitchen, 0]) * _METRES_PER_DEGREE
    east = (longitude - origins[kitchen, 1]) * _METRES_PER_DEGREE
    return east * np.cos(np.deg2rad(origins[kitchen, 0])), north


def _orders(table: pa.Table, kitchen: NDArray[np.int64], origins: NDArray[np.float64]) -> Orders:
    def number(column: str) -> NDArray[np.float64]:
        return table[column].cast(pa.float64()).to_numpy()

    east, north = _metres(number("customer_lat"), number("customer_lon"), kitchen, origins)
    there = _metres(number("delivered_lat"), number("delivered_lon"), kitchen, origins)
    named = table["customer_id"].null_count < len(table)
    payment = _payment(table["payment_json"])
    return Orders(
        kitchen=kitchen,
        **{step: number(step) for step in _STEPS},
        east=east,
        north=north,
        delivered_east=there[0],
        delivered_north=there[1],
        customer=_codes(table["customer_id" if named else "customer_addr"], kitchen),
        driver=_codes(table["driver_id"], kitchen),
        reason=np.asarray(pc.fill_null(table["reason"].cast(pa.string()), "").to_pylist(), str),
        eta=number("eta_mins"),
        promised=number("promised_mins"),
        **{key: payment[key] for key in PAYMENT_KEYS if key != "total"},
    )


def _codes(column: pa.ChunkedArray, kitchen: NDArray[np.int64]) -> NDArray[np.int64]:
    """Number the different texts of each kitchen from 0; -1 where there is none."""
    encoded = column.cast(pa.string()).combine_chunks().dictionary_encode()
    code = pc.fill_null(encoded.indices.cast(pa.int64()), -1).to_numpy()
    both = np.where(code < 0, -1, code * (kitchen.max() + 1) + kitchen)
    _, numbered = np.unique(both, return_inverse=True)
    first: int = 1 if (both < 0).any() else 0
    codes: NDArray[np.int64] = numbered.astype(np.int64) - first
    return codes


def _payment(column: pa.ChunkedArray) -> dict[str, NDArray[np.float64]]:
    """Read the amounts of all payments; they are decimals as text."""
    texts = column.cast(pa.string())
    amounts = {}
    for key in PAYMENT_KEYS:
        found = pc.extract_regex(texts, f'"{key}":\\s*"?(?P<amount>-?[0-9]+(?:\\.[0-9]+)?)')
        amounts[key] = pc.struct_field(found, "amount").cast(pa.float64()).to_numpy()
    return amounts


def _lines(connection: duckdb.DuckDBPyConnection) -> Lines:
    table = connection.sql(
        f"""
        select row, line.id as item, line.brand_id as brand, line.price, line.qty
        from (
            select row, unnest(try(from_json(items_json, '{_ITEMS}'))) as line
            from orders where items_json is not null
        )
        where line.id is not null and line.price is not null
        order by row
        """
    ).to_arrow_table()
    return Lines(
        order=table["row"].to_numpy(),
        item=table["item"].to_numpy(),
        brand=pc.fill_null(table["brand"], -1).to_numpy(),
        price=table["price"].to_numpy(),
        pieces=pc.fill_null(table["qty"], 1.0).to_numpy(),
    )


def _fixes(
    connection: duckdb.DuckDBPyConnection,
    zero: int,
    kitchen: NDArray[np.int64],
    origins: NDArray[np.float64],
) -> Fixes:
    table = connection.sql(
        f"""
        select
            orders.row, (moment - {zero})::double as moment, sequence,
            moments.ping_lat::double as lat, moments.ping_lon::double as lon,
            moments.ping_progress::double / 100 as progress
        from moments join orders using (order_id)
        where moments.event_type_id = {EVENT_TYPE_IDS["driver_ping"]}
        order by orders.row, moment, sequence
        """
    ).to_arrow_table()
    order = table["row"].to_numpy()
    east, north = _metres(table["lat"].to_numpy(), table["lon"].to_numpy(), kitchen[order], origins)
    return Fixes(order, table["moment"].to_numpy(), east, north, table["progress"].to_numpy())


def _fractions(connection: duckdb.DuckDBPyConnection) -> tuple[float, float] | None:
    """Return the share of events with digits below milliseconds, and of orders that share theirs."""
    ((whole, finer, events, alike, orders),) = connection.execute(
        """
        select
            max(whole), sum(finer), sum(events),
            count(*) filter (events > 1 and finer > 0 and low = high), count(*)
        from (
            select
                max((moment % 1000000)::bigint) as whole, count(*) as events,
                count(*) filter (moment % 1000 <> 0) as finer,
                min(moment % 1000) as low, max(moment % 1000) as high
            from moments group by order_id
        )
        """
    ).fetchall()
    return (float(finer / events), float(alike / orders)) if whole else None
