"""The events of a dataset as columns: one row an order, a line, a route or a fix."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from common.earth import METRES_PER_DEGREE
from common.event_schema import EVENT_COLUMNS, EVENT_TYPE_IDS, OPTIONAL_COLUMNS, PAYMENT_KEYS
from common.time_units import MICROSECONDS_PER_DAY, MICROSECONDS_PER_SECOND
from generator.realism.observed import Digits, Fixes, Lines, Orders, Routes

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import duckdb
    from numpy.typing import NDArray

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
_ITEMS = '[{"id":"BIGINT","brand_id":"BIGINT","price":"DOUBLE","qty":"DOUBLE"}]'
_LONGEST_ORDER_DAYS = 2


@dataclass(frozen=True)
class Kitchens:
    """K kitchens, and in which of them each of N orders is.

    Attributes
    ----------
    ids
        Their location ids, ascending, shape (K,).
    of_order
        Number of the kitchen of each order, shape (N,).
    places
        Latitude and longitude, not-a-number where unknown, shape (K, 2).
    """

    ids: NDArray[np.int64]
    of_order: NDArray[np.int64]
    places: NDArray[np.float64]


def create_events(
    connection: duckdb.DuckDBPyConnection, files: Iterable[Path], columns: frozenset[str]
) -> None:
    """Create the view ``events``: all columns, and the moment in microseconds of Unix time.

    Parameters
    ----------
    connection
        Where to.
    files
        Files with the events.
    columns
        The columns that they have.
    """
    names = ", ".join(f"'{_literal(file)}'" for file in files)
    selected = ", ".join(
        name if name in columns else f"null::{_sql_type(name)} as {name}"
        for name in EVENT_COLUMNS.names
        if name in columns or name in OPTIONAL_COLUMNS
    )
    connection.execute(
        f"""
        create view events as
        select *, ts_seconds * {MICROSECONDS_PER_SECOND}::bigint
            + coalesce(ts_micros, 0)::bigint as moment
        from (select {selected} from read_parquet([{names}]))
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


def create_orders(connection: duckdb.DuckDBPyConnection, zero: int, days: int) -> None:
    """Create the table ``orders``: those of the first days, numbered by time.

    Parameters
    ----------
    connection
        With the view ``events``.
    zero
        Day 0 in microseconds of Unix time.
    days
        How many days.
    """
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
                any_value(eta_mins)::double as eta_mins,
                any_value(customer_lat) filter (event_type_id = {delivered}) as delivered_lat,
                any_value(customer_lon) filter (event_type_id = {delivered}) as delivered_lon,
                any_value(driver_id) as driver_id, any_value(reason) as reason,
                count(*) as events, max(moment % {MICROSECONDS_PER_SECOND}) as below_seconds,
                count(*) filter (moment % 1000 <> 0) as below_millis,
                min(moment % 1000) = max(moment % 1000) as same_digits
            from events
            where moment < {zero + (days + _LONGEST_ORDER_DAYS) * MICROSECONDS_PER_DAY}
            group by order_id
        )
        where created >= 0 and created < {days * MICROSECONDS_PER_DAY}
        order by row
        """
    )


def read_digits(connection: duckdb.DuckDBPyConnection) -> Digits | None:
    """Return what is below the milliseconds of moments; ``None`` if all are whole seconds."""
    ((below_seconds, below_millis, events, alike, orders),) = connection.execute(
        """
        select
            max(below_seconds), sum(below_millis), sum(events),
            count(*) filter (events > 1 and below_millis > 0 and same_digits), count(*)
        from orders
        """
    ).fetchall()
    if not below_seconds:
        return None
    return Digits(float(below_millis / events), float(alike / orders))


@dataclass(frozen=True)
class RoutePoints:
    """R routes with P points in all, as they are written.

    Attributes
    ----------
    order, offsets
        As in `Routes`.
    points
        Latitude and longitude, shape (P, 2).
    """

    order: NDArray[np.int64]
    offsets: NDArray[np.int64]
    points: NDArray[np.float64]

    @property
    def count(self) -> NDArray[np.int64]:
        """Points of each route."""
        return np.diff(self.offsets)


def read_route_points(connection: duckdb.DuckDBPyConnection) -> RoutePoints:
    """Return the routes that can be read."""
    table = connection.sql(
        f"""
        select row, points from (
            select orders.row, try(from_json(events.route_json, '[["DOUBLE"]]')) as points
            from events join orders using (order_id)
            where events.event_type_id = {EVENT_TYPE_IDS["driver_picked_up"]}
                and events.route_json is not null
        )
        where len(points) > 0 and len(list_filter(points, lambda each: len(each) <> 2)) = 0
        """
    ).to_arrow_table()
    lists = table["points"].combine_chunks()
    count = pc.list_value_length(lists).to_numpy()
    points = lists.flatten().flatten().to_numpy(zero_copy_only=False)
    return RoutePoints(
        order=table["row"].to_numpy(),
        offsets=np.concatenate([[0], np.cumsum(count)]).astype(np.int64),
        points=points.reshape(-1, 2),
    )


def begins_of_routes(
    routes: RoutePoints, of_order: NDArray[np.int64], kitchens: int
) -> NDArray[np.float64]:
    """Return where the routes of each kitchen begin: latitude and longitude, shape (K, 2)."""
    kitchen = of_order[routes.order]
    begins = routes.points[routes.offsets[:-1]]
    places = np.full((kitchens, 2), np.nan)
    for number in np.unique(kitchen):
        places[number] = np.median(begins[kitchen == number], axis=0)
    return places


def as_seen(routes: RoutePoints, kitchens: Kitchens) -> Routes:
    """Return routes in metres from their kitchens."""
    owner = np.repeat(kitchens.of_order[routes.order], routes.count)
    east, north = _metres(routes.points[:, 0], routes.points[:, 1], owner, kitchens)
    return Routes(routes.order, routes.offsets, east, north)


def _metres(
    latitude: NDArray[np.float64],
    longitude: NDArray[np.float64],
    kitchen: NDArray[np.int64],
    kitchens: Kitchens,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return metres east and north of the kitchen; over so few miles the earth is flat."""
    origin_latitude, origin_longitude = kitchens.places.T
    scale = METRES_PER_DEGREE * np.cos(np.deg2rad(origin_latitude))
    north = (latitude - origin_latitude[kitchen]) * METRES_PER_DEGREE
    east = (longitude - origin_longitude[kitchen]) * scale[kitchen]
    return east, north


def as_orders(table: pa.Table, kitchens: Kitchens) -> Orders:
    """Return the table ``orders`` as columns, places in metres from the kitchens."""

    def number(column: str) -> NDArray[np.float64]:
        return np.asarray(table[column].cast(pa.float64()).to_numpy())

    kitchen = kitchens.of_order
    east, north = _metres(number("customer_lat"), number("customer_lon"), kitchen, kitchens)
    there = _metres(number("delivered_lat"), number("delivered_lon"), kitchen, kitchens)
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
    """Return a number from 0 for each different text of a kitchen, -1 for none."""
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


def read_lines(connection: duckdb.DuckDBPyConnection) -> Lines:
    """Return the lines of the baskets that can be read."""
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


def read_fixes(connection: duckdb.DuckDBPyConnection, zero: int, kitchens: Kitchens) -> Fixes:
    """Return the fixes in the order of orders and time."""
    table = connection.sql(
        f"""
        select
            orders.row, (moment - {zero})::double as moment, sequence,
            events.ping_lat::double as lat, events.ping_lon::double as lon,
            events.ping_progress::double / 100 as progress
        from events join orders using (order_id)
        where events.event_type_id = {EVENT_TYPE_IDS["driver_ping"]}
        order by orders.row, moment, sequence
        """
    ).to_arrow_table()
    order = table["row"].to_numpy()
    owner = kitchens.of_order[order]
    east, north = _metres(table["lat"].to_numpy(), table["lon"].to_numpy(), owner, kitchens)
    return Fixes(order, table["moment"].to_numpy(), east, north, table["progress"].to_numpy())
