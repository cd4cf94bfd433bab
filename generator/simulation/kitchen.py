"""From order to bag: how long cooking takes, and who waits for a free station."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from common.time_units import MICROSECONDS_PER_DAY, MICROSECONDS_PER_MINUTE
from generator.simulation.demand import CLOSED_HOURS
from generator.simulation.durations import draw_minutes

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from generator.configuration.kitchen_settings import ServiceTimes

# The kitchen's day starts here: every station is free, whatever happened before.
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
class CookedOrders:
    """N orders on their way through the kitchen; times in microseconds since day 0.

    Attributes
    ----------
    started, finished, ready
        Start and end of cooking, and bag packed, shape (N,) each.
    longest_wait
        Longest time that an order waited for a free station.
    stations_free_at
        When each station that is open at the end of the day becomes free, a heap.
    """

    started: NDArray[np.int64]
    finished: NDArray[np.int64]
    ready: NDArray[np.int64]
    longest_wait: int
    stations_free_at: list[int]


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


def cook(
    created: NDArray[np.int64],
    preparation: Preparation,
    day: int,
    stations: int,
    free_at_midnight: list[int],
) -> CookedOrders:
    """Cook the orders of one calendar day: until 04:00 on last night's stations, then on today's.

    Parameters
    ----------
    created
        When the orders of the day were placed, ascending, microseconds since day 0, shape (N,).
    preparation
        The work that each means.
    day
        The day, counted from day 0.
    stations
        Stations open from 04:00 on.
    free_at_midnight
        When the stations of the night before are free, a heap; not changed. It does not matter
        for ``stations_free_at``: at 04:00 the kitchen is cleared.
    """
    acknowledged = created + preparation.acknowledging
    cleared = day * MICROSECONDS_PER_DAY + CLEARED_AT
    morning = int(np.searchsorted(created, cleared))
    early = serve(acknowledged[:morning], preparation.cooking[:morning], list(free_at_midnight))
    free_at = [cleared] * stations
    late = serve(acknowledged[morning:], preparation.cooking[morning:], free_at)
    started = np.concatenate((early, late))
    finished = started + preparation.cooking
    return CookedOrders(
        started=started,
        finished=finished,
        ready=finished + preparation.packing,
        longest_wait=int((started - acknowledged).max(initial=0)),
        stations_free_at=free_at,
    )
