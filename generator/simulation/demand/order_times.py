"""How many orders a kitchen gets, and at which moments of the day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from common.time_units import MICROSECONDS_PER_MINUTE, MINUTES_PER_DAY
from generator.simulation.demand.shocks import hour_shocks

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

# In multiples of a kitchen's noise.
_SHOCK_NOISE, _HOUR_NOISE = 1.0, 1.2
# However bad a day is, somebody orders.
_LEAST = 0.05
_MILLIS_PER_MINUTE = 60_000


def draw_order_times(
    rng: Generator, expected: NDArray[np.float64], noise: float, shock: float
) -> NDArray[np.int64]:
    """Draw the moments at which a day's orders are placed.

    Parameters
    ----------
    rng
        Random numbers of this kitchen-day.
    expected
        Orders expected in each minute of this day, without noise, shape (1440,).
    noise
        The day has up to this fraction more or fewer orders, uniformly. What it shares with other
        days and kitchens, and each hour with its neighbours, is in proportion to it.
    shock
        What the day shares with others, mean 0 and variance 1.

    Returns
    -------
    Microseconds since midnight in ascending order, whole milliseconds, shape (N,).
    """
    day_factor = 1.0 + noise * (2.0 * rng.random() - 1.0) + _SHOCK_NOISE * noise * shock
    hours = 1.0 + _HOUR_NOISE * noise * hour_shocks(rng)
    minute = (np.arange(MINUTES_PER_DAY) + 0.5) / 60.0
    hour_factors = np.interp(minute, np.arange(hours.size), np.maximum(hours, _LEAST))
    counts = rng.poisson(expected * max(day_factor, _LEAST) * hour_factors)
    minutes = np.repeat(np.arange(MINUTES_PER_DAY, dtype=np.int64), counts)
    millis = rng.integers(0, _MILLIS_PER_MINUTE, size=minutes.size, dtype=np.int64)
    return np.sort(minutes * MICROSECONDS_PER_MINUTE + millis * 1000)
