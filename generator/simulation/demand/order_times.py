"""How many orders a kitchen gets, and at which moments of the day."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from common.time_units import MICROSECONDS_PER_MINUTE, MINUTES_PER_DAY
from generator.simulation.demand.shocks import hour_shocks

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from numpy.random import Generator
    from numpy.typing import NDArray

_WEEKDAY_FACTORS = (1.0, 1.05, 1.08, 1.10, 1.25, 1.35, 1.15)  # Monday first


@dataclass(frozen=True)
class Peak:
    """A peak: from ``start_hour`` to ``end_hour`` the mean rate is ``multiplier`` times off-peak.

    An ``end_hour`` beyond 24 runs on after midnight.
    """

    start_hour: float
    end_hour: float
    multiplier: float


_LUNCH = Peak(11.0, 13.5, 3.0)
_DINNER = Peak(17.0, 20.0, 3.5)
_LATE_NIGHT = Peak(21.0, 25.0, 5.0)
_BRUNCH = Peak(9.5, 14.5, 2.8)
_LATE_DINNER = Peak(17.0, 21.5, 3.1)
_LONG_EVENING = Peak(20.5, 25.0, 1.5)

_FRIDAY, _SATURDAY, _SUNDAY = 4, 5, 6
_DAYS_A_WEEK = 7


@dataclass(frozen=True)
class DemandShape:
    """When people order.

    Attributes
    ----------
    peaks
        The peaks of a working day.
    other_peaks
        Those of other days, by weekday, 0 is Monday.
    weekly_rhythm
        Whether some weekdays have more orders than others.
    """

    peaks: tuple[Peak, ...] = (_LUNCH, _DINNER)
    other_peaks: Mapping[int, tuple[Peak, ...]] = field(default_factory=dict)
    weekly_rhythm: bool = True

    def peaks_on(self, weekday: int) -> tuple[Peak, ...]:
        """Return the peaks of a weekday."""
        return self.other_peaks.get(weekday, self.peaks)


DEFAULT_SHAPE = DemandShape(
    other_peaks={
        _FRIDAY: (_LUNCH, Peak(17.0, 21.0, 3.6), Peak(21.0, 24.5, 1.4)),
        _SATURDAY: (_BRUNCH, _LATE_DINNER, Peak(21.5, 25.0, 1.3)),
        _SUNDAY: (Peak(9.5, 14.0, 3.2), Peak(16.5, 20.0, 3.4)),
    }
)
# Kitchens with peaks of their own, by location_code.
SHAPES = {
    "sf": DemandShape(
        other_peaks={
            _FRIDAY: (Peak(11.0, 13.5, 2.6), _LATE_DINNER, _LONG_EVENING),
            _SATURDAY: (Peak(10.0, 14.5, 3.4), Peak(17.5, 21.5, 3.0), _LONG_EVENING),
            _SUNDAY: (Peak(10.0, 14.5, 3.8), Peak(17.0, 20.5, 3.3)),
        }
    ),
    "sv": DemandShape(
        peaks=(_LUNCH, _DINNER, _LATE_NIGHT),
        other_peaks={
            _SATURDAY: (Peak(10.5, 15.0, 2.6), Peak(17.5, 20.5, 2.9), Peak(21.0, 25.5, 5.2)),
            _SUNDAY: (Peak(10.5, 15.0, 2.9), Peak(17.0, 20.0, 3.2), Peak(21.0, 25.0, 4.7)),
        },
        weekly_rhythm=False,
    ),
    "chicago": DemandShape(
        other_peaks={
            _FRIDAY: (_LUNCH, Peak(17.5, 21.0, 3.6), Peak(21.0, 25.5, 1.9)),
            _SATURDAY: (Peak(10.0, 15.0, 2.9), Peak(17.5, 21.5, 3.2), Peak(21.5, 25.5, 2.0)),
            _SUNDAY: (Peak(10.0, 15.0, 2.9), Peak(15.5, 20.0, 3.3)),
        }
    ),
}

# Rate at each full hour without peaks, joined by straight lines. The kitchens are closed and
# cleaned from 03:00 to 04:00: everything is cooked by then, and work starts from zero.
_OFF_PEAK_RATES = (
    *(0.30, 0.18, 0.10, 0.05, 0.05, 0.10, 0.25, 0.55, 0.85, 1.0, 1.05, 1.05),
    *(1.05, 1.05, 1.0, 1.0, 1.05, 1.10, 1.10, 1.10, 1.05, 0.85, 0.65, 0.45, 0.30),
)
CLOSED_HOURS = (3, 4)

# In multiples of a kitchen's noise.
_SHOCK_NOISE, _HOUR_NOISE = 1.0, 1.2
# However bad a day is, somebody orders.
_LEAST = 0.05
_MILLIS_PER_MINUTE = 60_000


def shape_of(location_code: str) -> DemandShape:
    """Return when the customers of a kitchen order."""
    return SHAPES.get(location_code, DEFAULT_SHAPE)


def week_weights(shape: DemandShape) -> NDArray[np.float64]:
    """Return `minute_weights` of each weekday, Monday first, shape (7, 1440)."""
    return np.stack([minute_weights(shape.peaks_on(weekday)) for weekday in range(_DAYS_A_WEEK)])


def minute_weights(peaks: Sequence[Peak]) -> NDArray[np.float64]:
    """Return the share of a day's orders that falls into each minute, shape (1440,), sum 1.

    Peaks are smooth (zero slope at both ends) and scaled so that the mean over a peak is exactly
    ``multiplier`` times the mean over all minutes outside every peak, the night included.
    """
    # Polynomials and sums only: sines differ in the last digit between processors, and the
    # dataset has the same bytes everywhere.
    hour = (np.arange(MINUTES_PER_DAY) + 0.5) / 60.0
    weights: NDArray[np.float64] = np.interp(hour, np.arange(25), _OFF_PEAK_RATES)
    closed = (hour > CLOSED_HOURS[0]) & (hour < CLOSED_HOURS[1])
    weights[closed] = 0.0

    within = [((hour - peak.start_hour) % 24.0) < peak.end_hour - peak.start_hour for peak in peaks]
    off_peak = ~np.any(within, axis=0) if within else np.ones(MINUTES_PER_DAY, dtype=bool)
    off_peak_mean = weights[off_peak].mean()
    for peak, minutes in zip(peaks, within, strict=True):
        position = ((hour[minutes] - peak.start_hour) % 24.0) / (peak.end_hour - peak.start_hour)
        bump = (position * (1.0 - position)) ** 2
        missing = peak.multiplier * off_peak_mean - weights[minutes].mean()
        weights[minutes] += bump * (missing / bump.mean())
    weights /= weights.sum()
    return weights


def weekday_factor(shape: DemandShape, on: date, *, of_a_monday: bool = False) -> float:
    """Return how busy a weekday is relative to the mean of its week, or to its Monday."""
    if not shape.weekly_rhythm:
        return 1.0
    factor = _WEEKDAY_FACTORS[on.weekday()]
    return factor if of_a_monday else factor * len(_WEEKDAY_FACTORS) / sum(_WEEKDAY_FACTORS)


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
