"""Orders as rows: the events of a kitchen-day in the columns and order of the contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from generator.event_types import EVENT_TYPE_IDS, NULLABLE_FIELDS
from generator.order_ids import as_text

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from generator.deliveries import Deliveries, Pings
    from generator.roads.routing import DeliveryRoutes
    from generator.settings import KitchenSettings

SCHEMA = pa.schema(
    [
        pa.field("order_id", pa.string(), nullable=False),
        pa.field("location_id", pa.int32(), nullable=False),
        pa.field("event_type_id", pa.int8(), nullable=False),
        pa.field("ts_seconds", pa.int64(), nullable=False),
        pa.field("ts_micros", pa.int32(), nullable=False),
        pa.field("sequence", pa.int32(), nullable=False),
        pa.field("customer_lat", pa.float64()),
        pa.field("customer_lon", pa.float64()),
        pa.field("customer_addr", pa.string()),
        pa.field("items_json", pa.string()),
        pa.field("route_json", pa.string()),
        pa.field("eta_mins", pa.float64()),
        pa.field("ping_lat", pa.float64()),
        pa.field("ping_lon", pa.float64()),
        pa.field("ping_progress", pa.float64()),
    ]
)
SORT_ORDER = ("ts_seconds", "ts_micros", "order_id", "sequence")

_PING = EVENT_TYPE_IDS["driver_ping"]
_MILESTONES = np.array([number for number in EVENT_TYPE_IDS.values() if number != _PING])

_COORDINATE_DIGITS = 6


@dataclass(frozen=True)
class Places:
    """Where a kitchen delivers to, as it is written on events.

    Attributes
    ----------
    routes
        The way to each address.
    latitude, longitude
        Of each address, rounded, degrees, shape (A,).
    text
        What is written on the order, shape (A,).
    """

    routes: DeliveryRoutes
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    text: pa.StringArray


@dataclass(frozen=True)
class Lives:
    """The lives of N orders of one kitchen-day.

    Attributes
    ----------
    order_numbers
        Unique numbers behind the order ids, shape (N,).
    milestones
        Created, started, finished, ready, driver arrived, picked up and delivered, microseconds
        since day 0, shape (N, 7).
    deliveries, pings
        How they travelled.
    baskets
        What was ordered, as JSON, shape (N,).
    """

    order_numbers: NDArray[np.uint64]
    milestones: NDArray[np.int64]
    deliveries: Deliveries
    pings: Pings
    baskets: pa.StringArray


def places_of(routes: DeliveryRoutes) -> Places:
    """Prepare the addresses of a kitchen for its events."""
    return Places(
        routes=routes,
        latitude=np.round(routes.latitude, _COORDINATE_DIGITS),
        longitude=np.round(routes.longitude, _COORDINATE_DIGITS),
        text=pa.array(routes.text, pa.string()),
    )


def event_table(
    lives: Lives,
    places: Places,
    settings: KitchenSettings,
    epoch_seconds: int,
    chance: Generator,
) -> pa.Table:
    """Lay orders out as events.

    Parameters
    ----------
    lives
        What happened.
    places
        Where the kitchen delivers to.
    settings
        The kitchen, and which of its fields go missing now and then.
    epoch_seconds
        Midnight of day 0, Unix seconds.
    chance
        Random numbers that decide which fields go missing.

    Returns
    -------
    One row per event in the canonical schema and order.
    """
    at, order, event_type, ping = _in_a_row(lives)
    sequence = _sequence(at, order, event_type)
    sorting = np.lexsort((sequence, lives.order_numbers[order], at))
    at, order, event_type, ping, sequence = (
        column[sorting] for column in (at, order, event_type, ping, sequence)
    )

    blank = _blank_fields(event_type, settings, chance)
    address = lives.deliveries.address[order]
    ping_lat, ping_lon, progress = _where(lives, places)
    route_texts = map(places.routes.route_json, lives.deliveries.address.tolist())
    routes = pa.array(route_texts, pa.string())

    def text(column: str, values: pa.StringArray, rows: NDArray[np.int64]) -> pa.StringArray:
        return values.take(pa.array(rows, pa.int64(), mask=blank[column]))

    def real(column: str, values: NDArray[np.float64]) -> pa.DoubleArray:
        return pa.array(values, pa.float64(), mask=blank[column])

    seconds, micros = np.divmod(at, 1_000_000)
    return pa.Table.from_arrays(
        [
            as_text(lives.order_numbers[order]),
            pa.array(np.full(at.size, settings.location.location_id, dtype=np.int32)),
            pa.array(event_type.astype(np.int8)),
            pa.array(epoch_seconds + seconds),
            pa.array(micros.astype(np.int32)),
            pa.array(sequence.astype(np.int32)),
            real("customer_lat", places.latitude[address]),
            real("customer_lon", places.longitude[address]),
            text("customer_addr", places.text, address),
            text("items_json", lives.baskets, order),
            text("route_json", routes, order),
            real("eta_mins", lives.deliveries.eta_minutes[order]),
            real("ping_lat", ping_lat[ping]),
            real("ping_lon", ping_lon[ping]),
            real("ping_progress", progress[ping]),
        ],
        schema=SCHEMA,
    )


def _in_a_row(lives: Lives) -> tuple[NDArray[np.int64], ...]:
    """Return time, order, event type and number of the ping (0 elsewhere) of every event."""
    orders = lives.milestones.shape[0]
    pings = lives.pings.at.size
    no_ping = np.zeros(lives.milestones.size, dtype=np.int64)
    return (
        np.concatenate((lives.milestones.reshape(-1), lives.pings.at)),
        np.concatenate((np.repeat(np.arange(orders), _MILESTONES.size), lives.pings.order)),
        np.concatenate((np.tile(_MILESTONES, orders), np.full(pings, _PING))),
        np.concatenate((no_ping, np.arange(pings))),
    )


def _sequence(
    at: NDArray[np.int64], order: NDArray[np.int64], event_type: NDArray[np.int64]
) -> NDArray[np.int64]:
    """Return the place of each event in the life of its order, from 0.

    Ties go by event type, whose numbers follow the life of an order.
    """
    by_order = np.lexsort((event_type, at, order))
    ordered = order[by_order]
    first = np.searchsorted(ordered, ordered)
    sequence = np.empty(at.size, dtype=np.int64)
    sequence[by_order] = np.arange(at.size) - first
    return sequence


def _where(
    lives: Lives, places: Places
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return latitude, longitude and progress of each ping, and one zero where there is none."""
    pings = lives.pings
    if not pings.at.size:
        return np.zeros(1), np.zeros(1), np.zeros(1)
    address = lives.deliveries.address[pings.order]
    travelled = pings.fraction * places.routes.distance_m[address]
    latitude, longitude = places.routes.positions(address, travelled)
    return (
        np.round(latitude, _COORDINATE_DIGITS),
        np.round(longitude, _COORDINATE_DIGITS),
        np.round(100.0 * pings.fraction, 1),
    )


def _blank_fields(
    event_type: NDArray[np.int64], settings: KitchenSettings, chance: Generator
) -> dict[str, NDArray[np.bool_]]:
    """Say for each field on which events it is null: those without it, and those that lost it."""
    blank: dict[str, NDArray[np.bool_]] = {}
    for name, columns in NULLABLE_FIELDS.items():
        elsewhere = event_type != EVENT_TYPE_IDS[name]
        for column in columns:
            blank[column] = blank[column] & elsewhere if column in blank else elsewhere
    for field in settings.null_probabilities:
        lost = chance.random(event_type.size) < field.probability
        lost &= event_type == field.event_type_id
        blank[field.column] = blank[field.column] | lost
    return blank
