"""Where the couriers of a kitchen are at a moment, and what they do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from generator.simulation.delivery.fixes import places_on_the_way
from generator.simulation.orders.cancellations import NO_DOOR
from generator.snapshot.open_orders import ends_of, is_placed

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.simulation.lived_day import LivedDay
    from generator.simulation.prepared_kitchen import Kitchen

    _Places = tuple[NDArray[np.float64], NDArray[np.float64]]

OFF_SHIFT = "off_shift"
WAITING = "waiting"
DRIVING = "driving"
HANDING_OVER = "handing_over"
RETURNING = "returning"
STATES = (OFF_SHIFT, WAITING, DRIVING, HANDING_OVER, RETURNING)
"""What a courier does: nothing; waits at the kitchen, for an order or for work; drives to a
customer; is at the door; drives back."""


@dataclass(frozen=True)
class CourierState:
    """What one courier does.

    Attributes
    ----------
    courier
        Number of the courier.
    state
        One of ``STATES``.
    lat, lon
        Where, degrees; ``None`` off shift.
    orders
        Numbers of the orders on board, or that are waited for, ascending.
    """

    courier: int
    state: str
    lat: float | None = None
    lon: float | None = None
    orders: tuple[int, ...] = ()


def courier_states(
    kitchen: Kitchen, lived: LivedDay, at: int, days: range
) -> dict[int, CourierState]:
    """Return what each courier who is at work on a working day does at a moment.

    Parameters
    ----------
    kitchen
        The kitchen.
    lived
        A working day of it.
    at
        The moment, microseconds since day 0.
    days
        Only orders that were placed on these days.
    """
    deliveries, here = lived.served.deliveries, is_placed(lived, days)
    ends = ends_of(lived)
    brought = here & (deliveries.picked_up > 0)
    place = (kitchen.settings.location.lat, kitchen.settings.location.lon)
    states = {
        courier: CourierState(courier, WAITING, *place)
        for courier in _on_duty(lived, brought, at).tolist()
    }

    def put(rows: NDArray[np.int64], state: str, places: _Places) -> None:
        latitude, longitude = (values.tolist() for values in places)
        for row, lat, lon in zip(rows.tolist(), latitude, longitude, strict=True):
            courier = int(deliveries.courier[row])
            states[courier] = CourierState(courier, state, lat, lon)

    here_for = np.flatnonzero(brought & (deliveries.arrived <= at) & (ends > at))
    put(here_for, WAITING, (np.full(here_for.size, place[0]), np.full(here_for.size, place[1])))
    back = _returning(lived, brought, at)
    put(back, RETURNING, _places_back(kitchen, lived, back, at))
    leg = np.flatnonzero(brought & (deliveries.begins <= at) & (ends > at))
    latitude, longitude = places_on_the_way(
        deliveries,
        lived.orders.requests.errands,
        kitchen.addresses.routes,
        leg,
        np.full(leg.size, at, dtype=np.int64),
    )
    at_door = _is_at_door(lived, leg, at)
    for state, which in ((DRIVING, ~at_door), (HANDING_OVER, at_door)):
        put(leg[which], state, (latitude[which], longitude[which]))
    return _with_orders(states, lived, brought & (deliveries.arrived <= at) & (ends > at))


def rank_of(state: CourierState) -> int:
    """Return which state of a courier counts where working days overlap, the largest does.

    Who has somebody's order on board does nothing else, and who waits for one is at the kitchen.
    """
    if state.state in (DRIVING, HANDING_OVER):
        return 4
    if state.state == RETURNING:
        return 3
    return 2 if state.orders else int(state.state == WAITING)


def _on_duty(lived: LivedDay, brought: NDArray[np.bool_], at: int) -> NDArray[np.int64]:
    """Return who is at work; the last one in the house stays beyond the end of the shift."""
    deliveries, shifts = lived.served.deliveries, lived.shifts
    last = np.zeros(int(shifts.courier.max(initial=0)) + 1, dtype=np.int64)
    np.maximum.at(last, deliveries.courier[brought], deliveries.returned[brought])
    until = np.maximum(shifts.ends, last[shifts.courier])
    return shifts.courier[(shifts.begins <= at) & (until > at)]


def _returning(lived: LivedDay, brought: NDArray[np.bool_], at: int) -> NDArray[np.int64]:
    """Return the orders from whose door somebody drives back."""
    returned = lived.served.deliveries.returned
    return np.flatnonzero(brought & (ends_of(lived) <= at) & (returned > at))


def _places_back(kitchen: Kitchen, lived: LivedDay, rows: NDArray[np.int64], at: int) -> _Places:
    """Return where couriers are on the way back, which is the way there from its other end."""
    errands, ends = lived.orders.requests.errands, ends_of(lived)[rows]
    returned = lived.served.deliveries.returned[rows]
    part = (at - ends) / np.maximum(returned - ends, 1)
    return kitchen.addresses.routes.positions(
        errands.address[rows], errands.effort_m[rows] * (1.0 - part), at_mean_speed=True
    )


def _is_at_door(lived: LivedDay, rows: NDArray[np.int64], at: int) -> NDArray[np.bool_]:
    """Return which couriers have parked and are on foot or at the door."""
    errands, deliveries = lived.orders.requests.errands, lived.served.deliveries
    there = np.where(
        deliveries.reason[rows] == NO_DOOR, errands.searching[rows], errands.hand_over[rows]
    )
    return np.asarray(ends_of(lived)[rows] - there <= at)


def _with_orders(
    states: dict[int, CourierState], lived: LivedDay, carried: NDArray[np.bool_]
) -> dict[int, CourierState]:
    """Add what each courier has on board or waits for."""
    orders: dict[int, list[int]] = {}
    for row in np.flatnonzero(carried).tolist():
        number = int(lived.orders.number[row])
        orders.setdefault(int(lived.served.deliveries.courier[row]), []).append(number)
    return {
        courier: replace(state, orders=tuple(sorted(orders.get(courier, ()))))
        for courier, state in states.items()
    }
