"""From order to bag: how long cooking takes, and who waits for a free station."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from common.time_units import MICROSECONDS_PER_DAY, MICROSECONDS_PER_MINUTE
from generator.simulation.demand import CLOSED_HOURS
from generator.simulation.durations import draw_minutes, round_to_millis

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from generator.configuration.kitchen_settings import ServiceTimes

# No order is placed from here on ...
CLOSES_AT = CLOSED_HOURS[0] * 60 * MICROSECONDS_PER_MINUTE
# ... and here the kitchen's day starts: every station is free, whatever happened before.
CLEARED_AT = CLOSED_HOURS[1] * 60 * MICROSECONDS_PER_MINUTE


@dataclass(frozen=True)
class Preparation:
    """The work that each of N orders means, microseconds, int64, shape (N,) each.

    Attributes
    ----------
    acknowledging, cooking, packing
        From order to earliest start, on a station, and from finished to ready.
    """

    acknowledging: NDArray[np.int64]
    cooking: NDArray[np.int64]
    packing: NDArray[np.int64]


@dataclass(frozen=True)
class Work:
    """N orders as the kitchen gets them.

    Attributes
    ----------
    created
        When they were placed, ascending, microseconds since day 0, shape (N,).
    preparation
        The work that each means.
    """

    created: NDArray[np.int64]
    preparation: Preparation

    def part(self, first: int | None, last: int | None) -> Work:
        """Return the orders from position ``first`` up to and without ``last``."""
        chosen, work = slice(first, last), self.preparation
        preparation = Preparation(
            work.acknowledging[chosen], work.cooking[chosen], work.packing[chosen]
        )
        return Work(self.created[chosen], preparation)

    def followed_by(self, later: Work) -> Work:
        """Return these orders and later ones."""
        own, other = self.preparation, later.preparation
        preparation = Preparation(
            acknowledging=np.concatenate((own.acknowledging, other.acknowledging)),
            cooking=np.concatenate((own.cooking, other.cooking)),
            packing=np.concatenate((own.packing, other.packing)),
        )
        return Work(np.concatenate((self.created, later.created)), preparation)


@dataclass(frozen=True)
class CookedOrders:
    """N orders on their way through the kitchen; times in microseconds since day 0.

    Attributes
    ----------
    started, finished, ready
        Start and end of cooking, and bag packed, shape (N,) each.
    waited
        How long each order would have waited for a free station if nobody had hurried before
        closing, shape (N,).
    """

    started: NDArray[np.int64]
    finished: NDArray[np.int64]
    ready: NDArray[np.int64]
    waited: NDArray[np.int64]

    def part(self, first: int | None, last: int | None) -> CookedOrders:
        """Return the orders from position ``first`` up to and without ``last``."""
        chosen = slice(first, last)
        return CookedOrders(
            self.started[chosen], self.finished[chosen], self.ready[chosen], self.waited[chosen]
        )

    def followed_by(self, later: CookedOrders) -> CookedOrders:
        """Return these orders and later ones."""
        return CookedOrders(
            started=np.concatenate((self.started, later.started)),
            finished=np.concatenate((self.finished, later.finished)),
            ready=np.concatenate((self.ready, later.ready)),
            waited=np.concatenate((self.waited, later.waited)),
        )


def draw_preparation(
    rng: Generator, times: ServiceTimes, cooking_factor: NDArray[np.float64]
) -> Preparation:
    """Draw how much work each order is.

    Parameters
    ----------
    rng
        Random numbers of this kitchen-day.
    times
        Service times of the kitchen.
    cooking_factor
        Cooking time of each order relative to the usual one, shape (N,).
    """
    orders = cooking_factor.size
    return Preparation(
        acknowledging=draw_minutes(rng, times.created_to_started, orders),
        cooking=draw_minutes(rng, times.started_to_finished, orders, cooking_factor),
        packing=draw_minutes(rng, times.finished_to_ready, orders),
    )


def serve(
    acknowledged: NDArray[np.int64], cooking: NDArray[np.int64], free_at: list[int]
) -> NDArray[np.int64]:
    """Cook orders first come, first served.

    Each order in turn takes the station that is free first, and occupies it while it is cooked.
    An order never overtakes an earlier one, so its start depends on nothing that comes after it.

    Parameters
    ----------
    acknowledged
        Earliest start of each order, in the order in which they were placed, shape (N,).
    cooking
        How long each takes, shape (N,).
    free_at
        When each open station is free, a heap; updated in place.

    Returns
    -------
    Start of cooking of each order, shape (N,), in the unit of ``acknowledged``.
    """
    starts: list[int] = []
    for ready, duration in zip(acknowledged.tolist(), cooking.tolist(), strict=True):
        start = max(ready, free_at[0])
        heapq.heapreplace(free_at, start + duration)
        starts.append(start)
    return np.array(starts, dtype=np.int64)


def cook(work: Work, day: int, stations: int) -> CookedOrders:
    """Cook the orders of one working day, which lasts from 04:00 to 04:00.

    It begins with all stations free and ends with nothing on them, so that working days are
    independent of each other and no station ever has two orders. What would still be cooking at
    04:00 is cooked in a hurry: the clock of the last hour, in which no order is placed, then runs
    as fast as it takes.

    Parameters
    ----------
    work
        The orders that were placed from 04:00 of the day to 04:00 of the next.
    day
        The day, counted from day 0.
    stations
        Stations that are open.
    """
    begins = day * MICROSECONDS_PER_DAY + CLEARED_AT
    acknowledged = work.created + work.preparation.acknowledging
    started = serve(acknowledged, work.preparation.cooking, [begins] * stations)
    finished = started + work.preparation.cooking
    closes = (day + 1) * MICROSECONDS_PER_DAY + CLOSES_AT
    cleared = (day + 1) * MICROSECONDS_PER_DAY + CLEARED_AT
    waited = started - acknowledged
    started, finished = hurry(started, finished, closes, cleared)
    return CookedOrders(started, finished, finished + work.preparation.packing, waited)


def hurry(
    started: NDArray[np.int64], finished: NDArray[np.int64], closes: int, cleared: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return times at which nothing is cooked after ``cleared``.

    All times after ``closes`` move towards it by the same factor. They keep their order, so no
    more orders are cooked at once than before.
    """
    last = int(finished.max(initial=cleared))
    if last <= cleared:
        return started, finished
    factor = (cleared - closes) / (last - closes)

    def earlier(times: NDArray[np.int64]) -> NDArray[np.int64]:
        after = (times - closes).astype(np.float64)
        return np.where(times > closes, closes + round_to_millis(after * factor), times)

    return earlier(started), earlier(finished)
