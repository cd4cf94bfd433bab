"""A working day as it was lived: what no event says of it, too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from generator.simulation.cooking.kitchen import equipment_for
from generator.simulation.orders.order_ids import order_numbers
from generator.simulation.orders.placed_orders import place_orders
from generator.simulation.records import joined, rows_of
from generator.simulation.working_day import courier_day, serve_working_day

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.simulation.cooking.kitchen import Step
    from generator.simulation.delivery.couriers import Shifts
    from generator.simulation.orders.customers import Customers
    from generator.simulation.orders.placed_orders import Choices, PlacedOrders, Requests
    from generator.simulation.prepared_kitchen import Kitchen
    from generator.simulation.working_day import ServedOrders


@dataclass(frozen=True)
class Steps:
    """What dishes had at workstations, ovens and stoves, shape (D,) each.

    Attributes
    ----------
    order
        Row of the order.
    equipment
        Which kind, a number of `Equipment`.
    asked, begins, ends
        When it was needed, and from when until when it was used, microseconds since day 0.
    """

    order: NDArray[np.int64]
    equipment: NDArray[np.int64]
    asked: NDArray[np.int64]
    begins: NDArray[np.int64]
    ends: NDArray[np.int64]


@dataclass(frozen=True)
class WorkingOrders:
    """The N orders of a working day, in the order in which they were placed.

    Attributes
    ----------
    number
        Unique numbers behind their ids, shape (N,).
    placed_on
        The day on which each was placed, shape (N,).
    customers
        Who placed them.
    requests
        What they ask of kitchen and couriers.
    """

    number: NDArray[np.uint64]
    placed_on: NDArray[np.int64]
    customers: Customers
    requests: Requests


@dataclass(frozen=True)
class LivedDay:
    """What happened in a kitchen from 04:00 of a day to 04:00 of the next, and after it to its end.

    Attributes
    ----------
    orders
        What was placed.
    served
        What became of it.
    steps
        What its dishes had where.
    shifts
        Who was to work when.
    stations
        How many orders could be cooked at the same time.
    equipment
        How many workstations, ovens and stoves there were.
    """

    orders: WorkingOrders
    served: ServedOrders
    steps: Steps
    shifts: Shifts
    stations: int
    equipment: tuple[int, ...]


def live_day(kitchen: Kitchen, day: int) -> LivedDay:
    """Return a working day of a kitchen, of whose orders `kitchen_day.simulate` makes the events.

    Parameters
    ----------
    kitchen
        The kitchen.
    day
        The day, -1 for the night before day 0.
    """
    known: dict[int, Choices] = {}
    evening: WorkingOrders | None = None
    if day >= 0:
        placed = place_orders(kitchen, day, known)
        evening = _part(kitchen, day, placed, slice(placed.early, None))
    following = place_orders(kitchen, day + 1, known)
    night = _part(kitchen, day + 1, following, slice(None, following.early))
    orders = night if evening is None else joined(evening, night)
    steps: list[Step] = []
    served = serve_working_day(kitchen, day, orders.requests, steps)
    stations = kitchen.conditions(day).open_stations
    columns = np.array(steps, dtype=np.int64).reshape(-1, 5).T
    return LivedDay(
        orders=orders,
        served=served,
        steps=Steps(*columns),
        shifts=courier_day(kitchen, day).shifts,
        stations=stations,
        equipment=tuple(equipment_for(stations, kitchen.menus.recipes)),
    )


def _part(kitchen: Kitchen, day: int, placed: PlacedOrders, rows: slice) -> WorkingOrders:
    created = placed.choices.created
    return WorkingOrders(
        number=order_numbers(kitchen.order_seed, kitchen.location_id, day, created.size)[rows],
        placed_on=np.full(created.size, day, dtype=np.int64)[rows],
        customers=rows_of(placed.choices.customers, rows),
        requests=rows_of(placed.requests, rows),
    )
