"""From order to bag: how long cooking takes, and who waits for a free station."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from generator.simulation.demand import CLOSED_HOURS, MICROSECONDS_PER_MINUTE

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from generator.configuration.kitchen_settings import KitchenSettings, Minutes

# The kitchen's day starts here: every station is free, whatever happened before.
CLEARED_AT = CLOSED_HOURS[1] * 60 * MICROSECONDS_PER_MINUTE

_SHORTEST_STEP_MIN = 0.25
_WIDEST_DEVIATION = 4.0

# A growing kitchen opens stations in step with its orders. A shrinking one loses its cooks faster
# than its customers, and those who stay work slower: this is what makes Chicago late.
_LEAVING = 1.6
_DISCOURAGEMENT = 0.5


@dataclass(frozen=True)
class Preparation:
    """What the kitchen needs for each of N orders, microseconds, int64, shape (N,) each."""

    acknowledged_after: NDArray[np.int64]
    cooking: NDArray[np.int64]
    packing: NDArray[np.int64]


def open_stations(settings: KitchenSettings, day: int) -> int:
    """Return how many of a kitchen's stations are staffed on a day, at least one, at most all."""
    level = settings.expected_orders(day)
    if settings.growth_rate_daily >= 0:
        share = level / settings.expected_orders(settings.story_days - 1)
        return max(1, ceil(settings.stations * share))
    share = level / settings.expected_orders(0)
    return max(1, round(settings.stations * float(share**_LEAVING)))


def slowness(settings: KitchenSettings, day: int) -> float:
    """Return by how much cooking takes longer than on the first day: 1 unless orders decline."""
    share = settings.expected_orders(day) / settings.expected_orders(0)
    return max(1.0, float(share**-_DISCOURAGEMENT))


def draw_minutes(
    rng: Generator,
    duration: Minutes,
    orders: int,
    scale: float | NDArray[np.float64] = 1.0,
) -> NDArray[np.int64]:
    """Draw normal durations, never below a quarter of a minute.

    Parameters
    ----------
    rng
        Random numbers of this kitchen-day.
    duration
        Mean and standard deviation, minutes.
    orders
        How many, N.
    scale
        Multiplies mean and standard deviation; one number or shape (N,).

    Returns
    -------
    Microseconds in whole milliseconds, shape (N,).
    """
    # Whole milliseconds hide the last digit of a float, in which processors may differ.
    spread = np.clip(rng.standard_normal(orders), -_WIDEST_DEVIATION, _WIDEST_DEVIATION)
    minutes = np.maximum((duration.mean + duration.deviation * spread) * scale, _SHORTEST_STEP_MIN)
    return np.rint(minutes * 60_000.0).astype(np.int64) * 1000


def draw_preparation(
    rng: Generator, settings: KitchenSettings, pace: NDArray[np.float64]
) -> Preparation:
    """Draw how long each order keeps the kitchen.

    Parameters
    ----------
    rng
        Random numbers of this kitchen-day.
    settings
        Service times of the kitchen.
    pace
        Cooking time of each order relative to the usual, shape (N,).
    """
    times = settings.service_times
    orders = pace.size
    return Preparation(
        acknowledged_after=draw_minutes(rng, times.created_to_started, orders),
        cooking=draw_minutes(rng, times.started_to_finished, orders, pace),
        packing=draw_minutes(rng, times.finished_to_ready, orders),
    )


def serve(
    acknowledged: NDArray[np.int64], cooking: NDArray[np.int64], free_at: list[int]
) -> NDArray[np.int64]:
    """Cook orders first come, first served.

    Each order in turn takes the station that is free first, and keeps it from the start of cooking
    to its end. Who ordered earlier is never overtaken by who ordered later, so the start of an
    order depends on nothing that comes after it.

    Parameters
    ----------
    acknowledged
        Earliest start of each order, in the order in which they were placed, shape (N,).
    cooking
        How long each takes, shape (N,).
    free_at
        When each open station is free, a heap; brought up to date.

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


def serve_over_midnight(
    created: NDArray[np.int64],
    preparation: Preparation,
    midnight: int,
    stations: int,
    night: list[int],
) -> tuple[NDArray[np.int64], list[int]]:
    """Cook one calendar day: until 04:00 with last night's stations, then with today's.

    Parameters
    ----------
    created
        When the orders of the day were placed, ascending, microseconds since day 0, shape (N,).
    preparation
        What each needs.
    midnight
        Start of the day, microseconds since day 0.
    stations
        Stations open from 04:00 on.
    night
        When the stations of the night before are free, a heap; not changed.

    Returns
    -------
    Start of cooking of each order, shape (N,), and when today's stations are free at midnight.
    """
    acknowledged = created + preparation.acknowledged_after
    morning = int(np.searchsorted(created, midnight + CLEARED_AT))
    early = serve(acknowledged[:morning], preparation.cooking[:morning], list(night))
    stations_free_at = [midnight + CLEARED_AT] * stations
    late = serve(acknowledged[morning:], preparation.cooking[morning:], stations_free_at)
    return np.concatenate((early, late)), stations_free_at
