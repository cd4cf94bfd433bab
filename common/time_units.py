"""How many of one unit of time are in another, and what time of day a moment is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MINUTES_PER_DAY = 1_440
SECONDS_PER_DAY = 86_400
MICROSECONDS_PER_SECOND = 1_000_000
MICROSECONDS_PER_MINUTE = 60 * MICROSECONDS_PER_SECOND
MICROSECONDS_PER_HOUR = 60 * MICROSECONDS_PER_MINUTE
MICROSECONDS_PER_DAY = SECONDS_PER_DAY * MICROSECONDS_PER_SECOND

SATURDAY = 5
"""The first day of the weekend, where Monday is 0."""


def hour_of_day(at: NDArray[np.int64] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the time of day of moments in microseconds, in hours."""
    return at % MICROSECONDS_PER_DAY / MICROSECONDS_PER_HOUR
