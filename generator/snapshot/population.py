"""Who has ordered lately from a kitchen, and who ever has."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from common.time_units import MICROSECONDS_PER_DAY
from generator.simulation.orders.placed_orders import choose

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.simulation.orders.customers import Customers
    from generator.simulation.prepared_kitchen import Kitchen

RECENT_DAYS = {"ordered_last_day": 1, "ordered_last_7_days": 7, "ordered_last_28_days": 28}
"""For how many days back it is counted who has ordered, by the name of the column."""

_KEPT_DAYS = max(RECENT_DAYS.values()) + 2
_SEAT_BITS = 18


def people_of(customers: Customers) -> NDArray[np.int64]:
    """Return a number for each customer, one for each person and only for that one, shape (N,)."""
    return customers.person << _SEAT_BITS | customers.seat


class Customership:
    """Who orders from a kitchen, day by day. It keeps the last days, so that the next costs one.

    Parameters
    ----------
    kitchen
        The kitchen.
    """

    def __init__(self, kitchen: Kitchen) -> None:
        self._kitchen = kitchen
        self._days: dict[int, tuple[NDArray[np.int64], NDArray[np.int64]]] = {}
        self._known: tuple[int, NDArray[np.int64]] = (0, np.empty(0, dtype=np.int64))

    def between(self, first: int, last: int) -> NDArray[np.int64]:
        """Return who ordered from one moment to another, both included, each person once.

        Moments are in microseconds since day 0.
        """
        days = range(max(first, 0) // MICROSECONDS_PER_DAY, last // MICROSECONDS_PER_DAY + 1)
        found = []
        for day in days:
            created, people = self._day(day)
            found.append(people[(created >= first) & (created <= last)])
        return np.unique(np.concatenate(found)) if found else np.empty(0, dtype=np.int64)

    def known(self, at: int) -> NDArray[np.int64]:
        """Return who has ordered up to a moment, each person once.

        This costs a day of orders for each day since the one that was asked for before.
        """
        day = at // MICROSECONDS_PER_DAY
        until, known = self._known
        if until > day:
            until, known = 0, np.empty(0, dtype=np.int64)
        if until < day:
            whole = [people_of(choose(self._kitchen, each).customers) for each in range(until, day)]
            known = np.unique(np.concatenate((known, *whole)))
        self._known = day, known
        return np.union1d(known, self.between(day * MICROSECONDS_PER_DAY, at))

    def _day(self, day: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        if day not in self._days:
            choices = choose(self._kitchen, day)
            if len(self._days) >= _KEPT_DAYS:
                del self._days[next(iter(self._days))]
            self._days[day] = choices.created, people_of(choices.customers)
        return self._days[day]
