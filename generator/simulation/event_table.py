"""Orders as rows: the events of a kitchen-day in the canonical schema and order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from common.event_schema import EVENT_COLUMNS, EVENT_TYPE_IDS, NULLABLE_COLUMNS
from common.time_units import MICROSECONDS_PER_SECOND
from generator.simulation.order_ids import as_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

    from generator.configuration.kitchen_settings import NullProbability
    from generator.roads.routing import DeliveryRoutes
    from generator.simulation.deliveries import Deliveries, Pings
    from generator.simulation.kitchen import CookedOrders

_PING = EVENT_TYPE_IDS["driver_ping"]
_MILESTONES = np.array([number for number in EVENT_TYPE_IDS.values() if number != _PING])

_COORDINATE_DIGITS = 6


@dataclass(frozen=True)
class DeliveryAddresses:
    """Where a kitchen delivers to, as written on events.

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
    """All that happened to the N orders of one kitchen-day.

    Attributes
    ----------
    order_numbers
        Unique numbers behind the order ids, shape (N,).
    created
        When they were placed, microseconds since day 0, shape (N,).
    items_json
        What was ordered, shape (N,).
    cooked
        Their way through the kitchen.
    deliveries, pings
        Their way to the customers.
    """

    order_numbers: NDArray[np.uint64]
    created: NDArray[np.int64]
    items_json: pa.StringArray
    cooked: CookedOrders
    deliveries: Deliveries
    pings: Pings

    @property
    def milestones(self) -> NDArray[np.int64]:
        """Return when each event of ``_MILESTONES`` happened, shape (N, 7)."""
        cooked, deliveries = self.cooked, self.deliveries
        return np.column_stack(
            (
                *(self.created, cooked.started, cooked.finished, cooked.ready),
                *(deliveries.arrived, deliveries.picked_up, deliveries.delivered),
            )
        )


@dataclass(frozen=True)
class _EventRows:
    """The E events of a kitchen-day before their fields are filled in, shape (E,) each.

    Attributes
    ----------
    at
        Microseconds since day 0.
    order, ping
        Position of the order, and of the ping (0 for other events).
    event_type
        Number of the event type.
    """

    at: NDArray[np.int64]
    order: NDArray[np.int64]
    event_type: NDArray[np.int64]
    ping: NDArray[np.int64]


@dataclass(frozen=True)
class _PingFields:
    """What the P pings report, shape (P,) each; one zero if there are none."""

    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    progress: NDArray[np.float64]


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
    location_id: int,
    null_probabilities: Sequence[NullProbability],
    epoch_seconds: int,
    rng: Generator,
) -> pa.Table:
    """Return the events of orders.

    Parameters
    ----------
    lifecycles
        What happened to the orders.
    addresses
        Where the kitchen delivers to.
    location_id
        The kitchen.
    null_probabilities
        Which fields are sometimes missing, and how often.
    epoch_seconds
        Midnight of day 0, Unix seconds.
    rng
        Random numbers that decide which fields are missing.

    Returns
    -------
    One row per event in the canonical schema and order.
    """
    rows = _event_rows(lifecycles)
    sequence = _sequence(rows)
    sorting = np.lexsort((sequence, lifecycles.order_numbers[rows.order], rows.at))
    at, order, event_type = rows.at[sorting], rows.order[sorting], rows.event_type[sorting]
    ping, sequence = rows.ping[sorting], sequence[sorting]

    blank = _blank_fields(event_type, null_probabilities, rng)
    address = lifecycles.deliveries.address[order]
    pings = _ping_fields(lifecycles, addresses)
    route_texts = map(addresses.routes.route_json, lifecycles.deliveries.address.tolist())
    routes = pa.array(route_texts, pa.string())

    def text(column: str, values: pa.StringArray, positions: NDArray[np.int64]) -> pa.StringArray:
        return values.take(pa.array(positions, pa.int64(), mask=blank[column]))

    def real(column: str, values: NDArray[np.float64]) -> pa.DoubleArray:
        return pa.array(values, pa.float64(), mask=blank[column])

    seconds, micros = np.divmod(at, MICROSECONDS_PER_SECOND)
    return pa.Table.from_arrays(
        [
            as_text(lifecycles.order_numbers[order]),
            pa.array(np.full(at.size, location_id, dtype=np.int32)),
            pa.array(event_type.astype(np.int8)),
            pa.array(epoch_seconds + seconds),
            pa.array(micros.astype(np.int32)),
            pa.array(sequence.astype(np.int32)),
            real("customer_lat", addresses.latitude[address]),
            real("customer_lon", addresses.longitude[address]),
            text("customer_addr", addresses.text, address),
            text("items_json", lifecycles.items_json, order),
            text("route_json", routes, order),
            real("eta_mins", lifecycles.deliveries.eta_minutes[order]),
            real("ping_lat", pings.latitude[ping]),
            real("ping_lon", pings.longitude[ping]),
            real("ping_progress", pings.progress[ping]),
        ],
        schema=EVENT_COLUMNS,
    )


def _event_rows(lifecycles: OrderLifecycles) -> _EventRows:
    """Return all events: the milestones of every order, then the pings."""
    milestones, pings = lifecycles.milestones, lifecycles.pings
    orders, count = milestones.shape[0], pings.at.size
    return _EventRows(
        at=np.concatenate((milestones.reshape(-1), pings.at)),
        order=np.concatenate((np.repeat(np.arange(orders), _MILESTONES.size), pings.order)),
        event_type=np.concatenate((np.tile(_MILESTONES, orders), np.full(count, _PING))),
        ping=np.concatenate((np.zeros(milestones.size, dtype=np.int64), np.arange(count))),
    )


def _sequence(rows: _EventRows) -> NDArray[np.int64]:
    """Return the position of each event among those of its order, from 0.

    Events at the same moment are ordered by event type, whose numbers follow the life of an order.
    """
    by_order = np.lexsort((rows.event_type, rows.at, rows.order))
    ordered = rows.order[by_order]
    first = np.searchsorted(ordered, ordered)
    sequence = np.empty(rows.at.size, dtype=np.int64)
    sequence[by_order] = np.arange(rows.at.size) - first
    return sequence


def _ping_fields(lifecycles: OrderLifecycles, addresses: DeliveryAddresses) -> _PingFields:
    """Return where each ping was sent from and how much of the way was driven."""
    pings = lifecycles.pings
    if not pings.at.size:
        return _PingFields(np.zeros(1), np.zeros(1), np.zeros(1))
    address = lifecycles.deliveries.address[pings.order]
    travelled_m = pings.fraction * addresses.routes.distance_m[address]
    latitude, longitude = addresses.routes.positions(address, travelled_m)
    return _PingFields(
        latitude=np.round(latitude, _COORDINATE_DIGITS),
        longitude=np.round(longitude, _COORDINATE_DIGITS),
        progress=np.round(100.0 * pings.fraction, 1),
    )


def _blank_fields(
    event_type: NDArray[np.int64],
    null_probabilities: Sequence[NullProbability],
    rng: Generator,
) -> dict[str, NDArray[np.bool_]]:
    """Return for each column on which events it is null: not part of the event, or missing."""
    blank: dict[str, NDArray[np.bool_]] = {}
    for name, columns in NULLABLE_COLUMNS.items():
        other_types = event_type != EVENT_TYPE_IDS[name]
        for column in columns:
            blank[column] = blank[column] & other_types if column in blank else other_types
    for field in null_probabilities:
        missing = rng.random(event_type.size) < field.probability
        missing &= event_type == field.event_type_id
        blank[field.column] = blank[field.column] | missing
    return blank
