"""How many orders a kitchen gets, and at which moments of the day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from common.time_units import MICROSECONDS_PER_MINUTE, MINUTES_PER_DAY

if TYPE_CHECKING:
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


@dataclass(frozen=True)
class DemandShape:
    """When people order: the peaks of a day, and whether weekdays differ."""

    peaks: tuple[Peak, ...] = (_LUNCH, _DINNER)
    weekly_rhythm: bool = True


DEFAULT_SHAPE = DemandShape()
# Kitchens with peaks of their own, by location_code.
SHAPES = {"sv": DemandShape(peaks=(_LUNCH, _DINNER, _LATE_NIGHT), weekly_rhythm=False)}

# Rate at each full hour without peaks, joined by straight lines. The kitchens are closed and
# cleaned from 03:00 to 04:00: everything is cooked by then, and work starts from zero.
_OFF_PEAK_RATES = (
    *(0.30, 0.18, 0.10, 0.05, 0.05, 0.10, 0.25, 0.55, 0.85, 1.0, 1.05, 1.05),
    *(1.05, 1.05, 1.0, 1.0, 1.05, 1.10, 1.10, 1.10, 1.05, 0.85, 0.65, 0.45, 0.30),
)
CLOSED_HOURS = (3, 4)


def shape_of(location_code: str) -> DemandShape:
    """Return when the customers of a kitchen order."""
    return SHAPES.get(location_code, DEFAULT_SHAPE)


def minute_weights(shape: DemandShape) -> NDArray[np.float64]:
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

    within = [
        ((hour - peak.start_hour) % 24.0) < peak.end_hour - peak.start_hour for peak in shape.peaks
    ]
    off_peak = ~np.any(within, axis=0) if within else np.ones(MINUTES_PER_DAY, dtype=bool)
    off_peak_mean = weights[off_peak].mean()
    for peak, minutes in zip(shape.peaks, within, strict=True):
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
    rng: Generator, expected: float, noise: float, weights: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Draw the moments at which a day's orders are placed.

    Parameters
    ----------
    rng
        Random numbers of this kitchen-day.
    expected
        Orders expected on this day, without noise.
    noise
        The day has up to this fraction more or fewer orders, uniformly.
    weights
        Share of each minute, shape (1440,).

    Returns
    -------
    Microseconds since midnight in ascending order, shape (N,).
    """
    noise_factor = 1.0 + noise * (2.0 * rng.random() - 1.0)
    counts = rng.poisson(expected * noise_factor * weights)
    minutes = np.repeat(np.arange(MINUTES_PER_DAY, dtype=np.int64), counts)
    within = rng.integers(0, MICROSECONDS_PER_MINUTE, size=minutes.size, dtype=np.int64)
    return np.sort(minutes * MICROSECONDS_PER_MINUTE + within)
