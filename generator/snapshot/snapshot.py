"""The state of all kitchens at a moment, as tables."""

from __future__ import annotations

from collections.abc import Mapping  # noqa: TC003  (a dataclass field)
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from common.landing.event_lines import cycle_suffix
from common.time_units import MICROSECONDS_PER_DAY
from generator.simulation.cooking.kitchen import CLEARED_AT
from generator.simulation.lived_day import live_day
from generator.simulation.orders.customers import people_around
from generator.simulation.orders.order_ids import LARGEST_DAY, as_text
from generator.simulation.orders.person_ids import customer_ids
from generator.simulation.records import rows_of
from generator.snapshot.couriers import OFF_SHIFT, CourierState, courier_states, rank_of
from generator.snapshot.open_orders import NOBODY, STAGES, open_orders
from generator.snapshot.population import RECENT_DAYS, Customership, people_of
from generator.snapshot.stations import Busy, busy_stations, equipment_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from generator.simulation.lived_day import LivedDay
    from generator.simulation.prepared_kitchen import Kitchen
    from generator.snapshot.open_orders import OpenOrders

_KITCHEN = [
    pa.field("location_id", pa.int32(), nullable=False),
    pa.field("location_code", pa.string(), nullable=False),
]


def _columns(*fields: tuple[str, pa.DataType, bool]) -> pa.Schema:
    return pa.schema(
        [*_KITCHEN, *(pa.field(name, kind, nullable=nullable) for name, kind, nullable in fields)]
    )


TABLES: dict[str, pa.Schema] = {
    "orders": _columns(
        ("order_id", pa.string(), False),
        ("stage", pa.string(), False),
        ("since_ts", pa.timestamp("us"), False),
        ("customer_id", pa.string(), False),
        ("driver_id", pa.string(), True),
    ),
    "stages": _columns(("stage", pa.string(), False), ("orders", pa.int32(), False)),
    "stations": _columns(
        ("kind", pa.string(), False),
        ("busy", pa.int32(), False),
        ("number", pa.int32(), False),
        ("for_cancelled", pa.int32(), False),
        ("orders_waiting", pa.int32(), False),
    ),
    "couriers": _columns(
        ("driver_id", pa.string(), False),
        ("state", pa.string(), False),
        ("lat", pa.float64(), True),
        ("lon", pa.float64(), True),
        ("order_ids", pa.list_(pa.string()), False),
    ),
    "population": _columns(
        ("people", pa.int32(), False),
        ("customers", pa.int32(), False),
        *((column, pa.int32(), False) for column in RECENT_DAYS),
        ("with_open_order", pa.int32(), False),
    ),
}
"""Names and columns of the tables of a snapshot (docs/snapshot.md)."""

# The two working days of a moment and, where a cycle begins, those of the one before.
_KEPT_DAYS = 4
_COORDINATE_DIGITS = 6


@dataclass(frozen=True)
class Snapshot:
    """The state of the world at a moment.

    Attributes
    ----------
    position
        The moment, microseconds since midnight of day 0.
    at
        The same as a time of the business.
    tables
        By the names of ``TABLES``.
    """

    position: int
    at: datetime
    tables: Mapping[str, pa.Table]


@dataclass(frozen=True)
class _Cycle:
    """One pass through the days of a dataset, as far as a moment still shows of it.

    Attributes
    ----------
    number
        From 0.
    at
        The moment, counted from the beginning of this cycle.
    days
        The days on which its orders are placed.
    """

    number: int
    at: int
    days: range


class World:
    """Kitchens whose state can be asked for. It keeps what the next moment is likely to need.

    Parameters
    ----------
    kitchens
        Prepared kitchens.
    cycle_days
        After so many days the same days come again, as a replay lands them; ``None`` for a world
        without end.
    """

    def __init__(self, kitchens: Sequence[Kitchen], cycle_days: int | None = None) -> None:
        self._kitchens = [_KitchenStates(kitchen, cycle_days) for kitchen in kitchens]

    def at(self, position: int, zero: datetime) -> Snapshot:
        """Return the state at a moment. Whatever happens at that moment has happened.

        Parameters
        ----------
        position
            Microseconds since midnight of day 0; beyond a cycle, as a replay counts them.
        zero
            What the business calls midnight of day 0.
        """
        rows: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
        for kitchen in self._kitchens:
            for name, found in kitchen.rows(position, zero).items():
                rows[name] += [kitchen.key | row for row in found]
        tables = {
            name: pa.Table.from_pylist(rows[name], schema=schema) for name, schema in TABLES.items()
        }
        return Snapshot(position, zero + timedelta(microseconds=position), tables)


class _KitchenStates:
    """One kitchen, and the days of it that were asked for last."""

    def __init__(self, kitchen: Kitchen, cycle_days: int | None) -> None:
        location = kitchen.settings.location
        self.key = {
            "location_id": location.location_id,
            "location_code": location.location_code,
        }
        self._kitchen = kitchen
        self._days = cycle_days or LARGEST_DAY + 1
        self._length = self._days * MICROSECONDS_PER_DAY
        self._lived: dict[int, LivedDay] = {}
        self._customership = Customership(kitchen)
        self._equipment = equipment_of(kitchen.menus.recipes)
        self._driver_ids: list[str] = kitchen.driver_ids.to_pylist()

    def rows(self, position: int, zero: datetime) -> dict[str, list[dict[str, Any]]]:
        """Return the rows of each table."""
        orders: list[dict[str, Any]] = []
        people: list[NDArray[np.int64]] = []
        couriers: dict[int, tuple[CourierState, list[str]]] = {}
        busy: dict[str, Busy] = {}
        for cycle in self._cycles(position):
            for lived in self._lived_days(cycle):
                found = open_orders(lived, cycle.at, cycle.days)
                begins = zero + timedelta(microseconds=cycle.number * self._length)
                orders += self._order_rows(lived, found, cycle.number, begins)
                people.append(people_of(rows_of(lived.orders.customers, found.row)))
                for state in courier_states(self._kitchen, lived, cycle.at, cycle.days).values():
                    numbers = np.array(state.orders, dtype=np.uint64)
                    suffix = cycle_suffix(cycle.number)
                    carried = [order_id + suffix for order_id in as_text(numbers).to_pylist()]
                    before = couriers.get(state.courier)
                    couriers[state.courier] = _more_telling(before, (state, carried))
                for each in busy_stations(lived, cycle.at, cycle.days, self._equipment):
                    busy[each.kind] = _added(busy.get(each.kind), each)
        stages = [row["stage"] for row in orders]
        return {
            "orders": sorted(orders, key=lambda row: (STAGES.index(row["stage"]), row["order_id"])),
            "stages": [{"stage": stage, "orders": stages.count(stage)} for stage in STAGES],
            "stations": [
                {
                    "kind": each.kind,
                    "busy": each.busy,
                    "number": each.number,
                    "for_cancelled": each.for_cancelled,
                    "orders_waiting": each.waiting,
                }
                for each in busy.values()
            ],
            "couriers": [
                self._courier_row(*couriers.get(number, (CourierState(number, OFF_SHIFT), [])))
                for number in range(len(self._driver_ids))
            ],
            "population": [self._population_row(position, np.unique(np.concatenate(people)))],
        }

    def _cycles(self, position: int) -> Iterator[_Cycle]:
        """Yield the cycle of a moment and, in its first hours, the end of the one before."""
        number, at = divmod(position, self._length)
        days = range(self._days)
        if number and at < MICROSECONDS_PER_DAY:
            yield _Cycle(number - 1, at + self._length, days)
        yield _Cycle(number, at, days)

    def _lived_days(self, cycle: _Cycle) -> list[LivedDay]:
        """Return the working days whose orders may be open, the one that is on last."""
        today = (cycle.at - CLEARED_AT) // MICROSECONDS_PER_DAY
        days = [day for day in (today - 1, today) if -1 <= day < self._days]
        lived = {
            day: self._lived[day] if day in self._lived else live_day(self._kitchen, day)
            for day in days
        }
        newest = [day for day in self._lived if day not in lived][-_KEPT_DAYS + len(lived) :]
        self._lived = {day: self._lived[day] for day in newest} | lived
        return list(lived.values())

    def _order_rows(
        self, lived: LivedDay, found: OpenOrders, cycle: int, begins: datetime
    ) -> list[dict[str, Any]]:
        kitchen, suffix = self._kitchen, cycle_suffix(cycle)
        customers = customer_ids(
            kitchen.order_seed, kitchen.location_id, rows_of(lived.orders.customers, found.row)
        )
        return [
            {
                "order_id": order_id + suffix,
                "stage": STAGES[stage],
                "since_ts": begins + timedelta(microseconds=since),
                "customer_id": customer_id,
                "driver_id": None if courier == NOBODY else self._driver_ids[courier],
            }
            for order_id, stage, since, customer_id, courier in zip(
                as_text(lived.orders.number[found.row]).to_pylist(),
                found.stage.tolist(),
                found.since.tolist(),
                customers.to_pylist(),
                found.courier.tolist(),
                strict=True,
            )
        ]

    def _courier_row(self, state: CourierState, carried: list[str]) -> dict[str, Any]:
        return {
            "driver_id": self._driver_ids[state.courier],
            "state": state.state,
            "lat": None if state.lat is None else round(state.lat, _COORDINATE_DIGITS),
            "lon": None if state.lon is None else round(state.lon, _COORDINATE_DIGITS),
            "order_ids": carried,
        }

    def _population_row(self, position: int, with_open_order: NDArray[np.int64]) -> dict[str, Any]:
        number, at = divmod(position, self._length)
        known_at = at if number == 0 else self._length - 1
        return {
            "people": people_around(self._kitchen.population, at // MICROSECONDS_PER_DAY),
            "customers": int(self._customership.known(known_at).size),
            "with_open_order": int(with_open_order.size),
        } | {column: self._ordered(position, days) for column, days in RECENT_DAYS.items()}

    def _ordered(self, position: int, days: int) -> int:
        """Return how many people have ordered in the last days, whatever cycle these are of."""
        people = np.empty(0, dtype=np.int64)
        first = max(position - days * MICROSECONDS_PER_DAY + 1, 0)
        for cycle in range(position // self._length, first // self._length - 1, -1):
            begins = cycle * self._length
            found = self._customership.between(
                max(first - begins, 0), min(position - begins, self._length - 1)
            )
            people = np.union1d(people, found)
        return int(people.size)


def _more_telling(
    one: tuple[CourierState, list[str]] | None, other: tuple[CourierState, list[str]]
) -> tuple[CourierState, list[str]]:
    """Return what counts of a courier whom two working days know, with the orders of both."""
    if one is None:
        return other
    first, second = rank_of(one[0]), rank_of(other[0])
    if first == second:
        return other[0], sorted([*one[1], *other[1]])
    return one if first > second else other


def _added(one: Busy | None, other: Busy) -> Busy:
    """Return what is busy with the orders of two working days; there is as much as on the later."""
    if one is None:
        return other
    return Busy(
        kind=one.kind,
        busy=one.busy + other.busy,
        number=other.number,
        for_cancelled=one.for_cancelled + other.for_cancelled,
        waiting=one.waiting + other.waiting,
    )
