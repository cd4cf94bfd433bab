"""Orders as rows: the events of a kitchen-day in the columns and order of the contract."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from common.event_schema import EVENT_COLUMNS, EVENT_TYPE_IDS, NULLABLE_COLUMNS
from generator.simulation.order_ids import as_text

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from generator.configuration.kitchen_settings import KitchenSettings
    from generator.roads.routing import DeliveryRoutes
    from generator.simulation.deliveries import Deliveries, Pings

_PING = EVENT_TYPE_IDS["driver_ping"]
_MILESTONES = np.array([number for number in EVENT_TYPE_IDS.values() if number != _PING])

_COORDINATE_DIGITS = 6


@dataclass(frozen=True)
class DeliveryAddresses:
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
class OrderLifecycles:
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


def delivery_addresses(routes: DeliveryRoutes) -> DeliveryAddresses:
    """Prepare the addresses of a kitchen for its events."""
    return DeliveryAddresses(
        routes=routes,
        latitude=np.round(routes.latitude, _COORDINATE_DIGITS),
        longitude=np.round(routes.longitude, _COORDINATE_DIGITS),
        text=pa.array(routes.text, pa.string()),
    )


def event_table(
    lifecycles: OrderLifecycles,
    addresses: DeliveryAddresses,
    settings: KitchenSettings,
    epoch_seconds: int,
    rng: Generator,
) -> pa.Table:
    """Lay orders out as events.

    Parameters
    ----------
    lifecycles
        What happened.
    addresses
        Where the kitchen delivers to.
    settings
        The kitchen, and which of its fields go missing now and then.
    epoch_seconds
        Midnight of day 0, Unix seconds.
    rng
        Random numbers that decide which fields go missing.

    Returns
    -------
    One row per event in the canonical schema and order.
    """
    at, order, event_type, ping = _in_a_row(lifecycles)
    sequence = _sequence(at, order, event_type)
    sorting = np.lexsort((sequence, lifecycles.order_numbers[order], at))
    at, order, event_type, ping, sequence = (
        column[sorting] for column in (at, order, event_type, ping, sequence)
    )

    blank = _blank_fields(event_type, settings, rng)
    address = lifecycles.deliveries.address[order]
    ping_lat, ping_lon, progress = _where(lifecycles, addresses)
    route_texts = map(addresses.routes.route_json, lifecycles.deliveries.address.tolist())
    routes = pa.array(route_texts, pa.string())

    def text(column: str, values: pa.StringArray, rows: NDArray[np.int64]) -> pa.StringArray:
        return values.take(pa.array(rows, pa.int64(), mask=blank[column]))

    def real(column: str, values: NDArray[np.float64]) -> pa.DoubleArray:
        return pa.array(values, pa.float64(), mask=blank[column])

    seconds, micros = np.divmod(at, 1_000_000)
    return pa.Table.from_arrays(
        [
            as_text(lifecycles.order_numbers[order]),
            pa.array(np.full(at.size, settings.location.location_id, dtype=np.int32)),
            pa.array(event_type.astype(np.int8)),
            pa.array(epoch_seconds + seconds),
            pa.array(micros.astype(np.int32)),
            pa.array(sequence.astype(np.int32)),
            real("customer_lat", addresses.latitude[address]),
            real("customer_lon", addresses.longitude[address]),
            text("customer_addr", addresses.text, address),
            text("items_json", lifecycles.baskets, order),
            text("route_json", routes, order),
            real("eta_mins", lifecycles.deliveries.eta_minutes[order]),
            real("ping_lat", ping_lat[ping]),
            real("ping_lon", ping_lon[ping]),
            real("ping_progress", progress[ping]),
        ],
        schema=EVENT_COLUMNS,
    )


def _in_a_row(lifecycles: OrderLifecycles) -> tuple[NDArray[np.int64], ...]:
    """Return time, order, event type and number of the ping (0 elsewhere) of every event."""
    orders = lifecycles.milestones.shape[0]
    pings = lifecycles.pings.at.size
    no_ping = np.zeros(lifecycles.milestones.size, dtype=np.int64)
    return (
        np.concatenate((lifecycles.milestones.reshape(-1), lifecycles.pings.at)),
        np.concatenate((np.repeat(np.arange(orders), _MILESTONES.size), lifecycles.pings.order)),
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
    lifecycles: OrderLifecycles, addresses: DeliveryAddresses
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]:
    """Return latitude, longitude and progress of each ping, and one zero where there is none."""
    pings = lifecycles.pings
    if not pings.at.size:
        return np.zeros(1), np.zeros(1), np.zeros(1)
    address = lifecycles.deliveries.address[pings.order]
    travelled = pings.fraction * addresses.routes.distance_m[address]
    latitude, longitude = addresses.routes.positions(address, travelled)
    return (
        np.round(latitude, _COORDINATE_DIGITS),
        np.round(longitude, _COORDINATE_DIGITS),
        np.round(100.0 * pings.fraction, 1),
    )


def _blank_fields(
    event_type: NDArray[np.int64], settings: KitchenSettings, rng: Generator
) -> dict[str, NDArray[np.bool_]]:
    """Say for each field on which events it is null: those without it, and those that lost it."""
    blank: dict[str, NDArray[np.bool_]] = {}
    for name, columns in NULLABLE_COLUMNS.items():
        elsewhere = event_type != EVENT_TYPE_IDS[name]
        for column in columns:
            blank[column] = blank[column] & elsewhere if column in blank else elsewhere
    for field in settings.null_probabilities:
        lost = rng.random(event_type.size) < field.probability
        lost &= event_type == field.event_type_id
        blank[field.column] = blank[field.column] | lost
    return blank
