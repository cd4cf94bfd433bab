"""Point 6: speeds follow the hour smoothly, differently by city and weekday."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from common.time_units import SATURDAY, hour_of_day
from generator.realism.driving import METRES_PER_SECOND_PER_MPH, on_the_way
from generator.realism.numbers import mean_or_nan
from generator.realism.observed import HOURS_PER_DAY, day_of
from generator.realism.statistic import OWN_TARGET, Statistic, Trust

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.realism.observed import Observed

_HALF_HOURS = 2 * HOURS_PER_DAY
_FEWEST_OF_A_HALF_HOUR = 300
_EVENING_RUSH = slice(2 * 16, 2 * 19)


def half_hour_speeds(observed: Observed, chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return miles an hour on the way by half-hour of the day, of chosen pairs of fixes."""
    pairs = observed.pairs
    kept = on_the_way(observed) & chosen
    half_hour = (hour_of_day(observed.fixes.at[pairs.first[kept]]) * 2).astype(int)
    count = np.bincount(half_hour, minlength=_HALF_HOURS)
    metres = np.bincount(half_hour, pairs.driven_m[kept], _HALF_HOURS)
    seconds = np.bincount(half_hour, pairs.seconds[kept], _HALF_HOURS)
    speed = metres / np.maximum(seconds, 1.0) / METRES_PER_SECOND_PER_MPH
    return np.where(count >= _FEWEST_OF_A_HALF_HOUR, speed, np.nan)


def _all_pairs(observed: Observed) -> NDArray[np.bool_]:
    return np.ones(observed.pairs.order.size, dtype=bool)


def speed_step(observed: Observed) -> float | None:
    """Return the largest change of the mean speed from one half-hour to the next."""
    speed = half_hour_speeds(observed, _all_pairs(observed))
    change = np.abs(np.diff(np.append(speed, speed[0]))) / mean_or_nan(speed)
    known = change[np.isfinite(change)]
    return float(known.max()) if known.size else None


def rush_against_best(observed: Observed) -> float | None:
    """Return the mean speed of the slowest half-hour relative to that of the fastest."""
    speed = half_hour_speeds(observed, _all_pairs(observed))
    known = speed[np.isfinite(speed)]
    return float(known.min() / known.max()) if known.size else None


def mean_speed(observed: Observed) -> float | None:
    """Return the mean of speeds on the way, by half-hour."""
    return mean_or_nan(half_hour_speeds(observed, _all_pairs(observed)))


def weekend_speed(observed: Observed) -> float | None:
    """Return the mean speed of the evening rush at weekends relative to that on workdays."""
    pairs = observed.pairs
    at = observed.fixes.at[pairs.first]
    weekday = observed.weekday_of(day_of(at))
    weekend = mean_or_nan(half_hour_speeds(observed, weekday >= SATURDAY)[_EVENING_RUSH])
    return weekend / mean_or_nan(half_hour_speeds(observed, weekday < SATURDAY)[_EVENING_RUSH])


def city_speeds_differ(observed: Observed) -> float | None:
    """Return the largest difference between cities of an hour's speed relative to the day's."""
    kitchen = observed.orders.kitchen[observed.pairs.order]
    profiles = []
    for number in range(len(observed.kitchens)):
        half_hours = half_hour_speeds(observed, kitchen == number)
        speed = half_hours.reshape(HOURS_PER_DAY, 2).mean(axis=1)
        profiles.append(speed / mean_or_nan(speed))
    if len(profiles) == 1:
        return None
    spread = np.max(profiles, axis=0) - np.min(profiles, axis=0)
    known = spread[np.isfinite(spread)]
    return float(known.max()) if known.size else None


STATISTICS = (
    Statistic(
        6, "largest change of speed between adjacent half-hours", "share", 0.0, 0.12,
        OWN_TARGET + ": no step", Trust.TARGET, speed_step,
    ),
    Statistic(
        6, "speed of the slowest half-hour against the fastest", "times", 0.5, 0.93,
        OWN_TARGET + ": a profile", Trust.TARGET, rush_against_best,
    ),
    Statistic(
        6, "mean speed on the way", "mph", 9.0, 27.0,
        "San Francisco surface streets 2017: 12.3 to 13.7 mph; median segment 11.8, p90 20.8",
        Trust.MEASURED, mean_speed,
    ),
    Statistic(
        6, "speed of the evening rush, weekends against workdays", "times", 1.03, 1.5,
        OWN_TARGET + ": by weekday", Trust.TARGET, weekend_speed,
    ),
    Statistic(
        6, "largest difference between cities of an hour's relative speed", "share", 0.05, 0.5,
        OWN_TARGET + ": by city", Trust.TARGET, city_speeds_differ,
    ),
)  # fmt: skip
