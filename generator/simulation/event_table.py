"""Orders as rows: the events of a kitchen-day in the canonical schema and order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from common.event_schema import EVENT_COLUMNS, EVENT_TYPE_IDS, NULLABLE_COLUMNS
from common.time_units import MICROSECONDS_PER_SECOND
from generator.simulation.orders.cancellations import REASONS
from generator.simulation.orders.customers import address_texts
from generator.simulation.orders.order_ids import as_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

    from generator.configuration.kitchen_settings import NullProbability
    from generator.roads.routing import DeliveryRoutes
    from generator.simulation.cooking.kitchen import CookedOrders
    from generator.simulation.delivery.dispatch import Deliveries
    from generator.simulation.delivery.fixes import Fixes

_PING = EVENT_TYPE_IDS["driver_ping"]
_DELIVERED = EVENT_TYPE_IDS["delivered"]
_MILESTONES = np.array([number for number in EVENT_TYPE_IDS.values() if number != _PING])

_COORDINATE_DIGITS = 6
_REASONS = pa.array(REASONS, pa.string())


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
    """All that happened to the N orders of one kitchen-day, and what was said about them.

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
    deliveries, fixes
        Their way to the customers.
    addresses
        Where the kitchen delivers to.
    address, unit
        Where each order goes, and to which flat there, shape (N,) each.
    customer_id
        Who placed it, shape (N,).
    driver_id
        The couriers of the kitchen, shape (K,).
    promised_minutes, eta_minutes
        Minutes to the door as told when it was placed, and when it was picked up, shape (N,) each.
    delivered_latitude, delivered_longitude
        Where the courier's telephone is at the door, degrees, shape (N,) each.
    payment_json
        What it costs, shape (N,).
    """

    order_numbers: NDArray[np.uint64]
    created: NDArray[np.int64]
    items_json: pa.StringArray
    cooked: CookedOrders
    deliveries: Deliveries
    fixes: Fixes
    addresses: DeliveryAddresses
    address: NDArray[np.int64]
    unit: NDArray[np.int64]
    customer_id: pa.StringArray
    driver_id: pa.StringArray
    promised_minutes: NDArray[np.float64]
    eta_minutes: NDArray[np.float64]
    delivered_latitude: NDArray[np.float64]
    delivered_longitude: NDArray[np.float64]
    payment_json: pa.StringArray

    @property
    def milestones(self) -> NDArray[np.int64]:
        """Return when each event of ``_MILESTONES`` happened, 0 if it never did, shape (N, 8)."""
        cooked, deliveries = self.cooked, self.deliveries
        ended = deliveries.cancelled
        times = np.column_stack(
            (
                *(self.created, cooked.started, cooked.finished, cooked.ready),
                *(deliveries.arrived, deliveries.picked_up, deliveries.delivered),
            )
        )
        too_late = (ended > 0)[:, np.newaxis] & (times > ended[:, np.newaxis])
        return np.column_stack((np.where(too_late, 0, times), ended))


@dataclass(frozen=True)
class _EventRows:
    """The E events of a kitchen-day before their fields are filled in, shape (E,) each.

    Attributes
    ----------
    at
        Microseconds since day 0.
    order, fix
        Position of the order, and of the fix (0 for other events).
    event_type
        Number of the event type.
    """

    at: NDArray[np.int64]
    order: NDArray[np.int64]
    event_type: NDArray[np.int64]
    fix: NDArray[np.int64]


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
    fix, sequence = rows.fix[sorting], sequence[sorting]

    blank = _blank_fields(event_type, null_probabilities, rng)
    deliveries, addresses, fixes = lifecycles.deliveries, lifecycles.addresses, lifecycles.fixes
    address = lifecycles.address[order]
    door = event_type == _DELIVERED
    latitude = np.where(door, lifecycles.delivered_latitude[order], addresses.latitude[address])
    longitude = np.where(door, lifecycles.delivered_longitude[order], addresses.longitude[address])

    def text(column: str, values: pa.StringArray, positions: NDArray[np.int64]) -> pa.StringArray:
        return values.take(pa.array(positions, pa.int64(), mask=blank[column]))

    def real(column: str, values: NDArray[np.float64], digits: int) -> pa.DoubleArray:
        return pa.array(np.round(values, digits), pa.float64(), mask=blank[column])

    seconds, micros = np.divmod(at, MICROSECONDS_PER_SECOND)
    digits = _COORDINATE_DIGITS
    return pa.Table.from_arrays(
        [
            as_text(lifecycles.order_numbers[order]),
            pa.array(np.full(at.size, location_id, dtype=np.int32)),
            pa.array(event_type.astype(np.int8)),
            pa.array(epoch_seconds + seconds),
            pa.array(micros.astype(np.int32)),
            pa.array(sequence.astype(np.int32)),
            real("customer_lat", latitude, digits),
            real("customer_lon", longitude, digits),
            text("customer_addr", _address_texts(lifecycles), order),
            text("items_json", lifecycles.items_json, order),
            text("route_json", _route_texts(lifecycles), order),
            real("eta_mins", lifecycles.eta_minutes[order], 1),
            real("ping_lat", _of_fix(fixes.latitude, fix), digits),
            real("ping_lon", _of_fix(fixes.longitude, fix), digits),
            real("ping_progress", 100.0 * _of_fix(fixes.progress, fix), 1),
            text("customer_id", lifecycles.customer_id, order),
            real("promised_mins", lifecycles.promised_minutes[order], 0),
            text("payment_json", lifecycles.payment_json, order),
            text("driver_id", lifecycles.driver_id, np.maximum(deliveries.courier[order], 0)),
            text("reason", _REASONS, np.maximum(deliveries.reason[order], 0)),
        ],
        schema=EVENT_COLUMNS,
    )


def _event_rows(lifecycles: OrderLifecycles) -> _EventRows:
    """Return all events: the milestones of every order, then the fixes."""
    milestones, fixes = lifecycles.milestones, lifecycles.fixes
    order, which = np.nonzero(milestones > 0)
    count = fixes.at.size
    return _EventRows(
        at=np.concatenate((milestones[order, which], fixes.at)),
        order=np.concatenate((order, fixes.order)),
        event_type=np.concatenate((_MILESTONES[which], np.full(count, _PING))),
        fix=np.concatenate((np.zeros(order.size, dtype=np.int64), np.arange(count))),
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


def _of_fix(values: NDArray[np.float64], fix: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return what the fix of each event reports; something, if there are no fixes."""
    return values[fix] if values.size else np.zeros(fix.size)


def _address_texts(lifecycles: OrderLifecycles) -> pa.StringArray:
    return address_texts(lifecycles.addresses.text, lifecycles.address, lifecycles.unit)


def _route_texts(lifecycles: OrderLifecycles) -> pa.StringArray:
    """Return the way of each order; who is brought second is driven past the first door."""
    routes, after = lifecycles.addresses.routes, lifecycles.deliveries.after.tolist()
    address = lifecycles.address.tolist()
    return pa.array(
        [
            routes.route_json_past(address[order + before], address[order])
            if before
            else routes.route_json(address[order])
            for order, before in enumerate(after)
        ],
        pa.string(),
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
    for missing_field in null_probabilities:
        missing = rng.random(event_type.size) < missing_field.probability
        missing &= event_type == missing_field.event_type_id
        blank[missing_field.column] = blank[missing_field.column] | missing
    return blank
