"""Point 7: weekends have hours of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from generator.realism.numbers import ratio
from generator.realism.observed import EARLY_MORNING, HOURS_PER_DAY
from generator.realism.statistic import OWN_TARGET, Statistic, Trust

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.realism.observed import Observed

WEEKEND = (5, 6)
_LATE_EVENINGS = (4, 5)
_BRUNCH = (9, 12)
_EVENING, _LATE = 17, 21
_FEWEST_ORDERS = 500


def hour_profile(observed: Observed, chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the share of chosen orders by hour of the day."""
    count = np.bincount(observed.hour[chosen].astype(int), minlength=HOURS_PER_DAY)
    profile: NDArray[np.float64] = count / max(count.sum(), 1)
    return profile


def _weekend_distance(observed: Observed, kitchen: int) -> float | None:
    """Return the total variation distance of weekend and workday, less what chance adds."""
    here = observed.orders.kitchen == kitchen
    weekend = np.isin(observed.weekday_of(observed.service_day), WEEKEND)
    days_off, workdays = here & weekend, here & ~weekend
    if min(days_off.sum(), workdays.sum()) < _FEWEST_ORDERS:
        return None
    one, other = hour_profile(observed, days_off), hour_profile(observed, workdays)
    variance = one * (1 - one) / days_off.sum() + other * (1 - other) / workdays.sum()
    chance = np.sqrt(2 / np.pi * variance).sum() / 2
    return float(np.abs(one - other).sum() / 2 - chance)


def weekend_distances(observed: Observed) -> list[float]:
    """Return how far weekends are from workdays, of each kitchen with enough orders."""
    distances = [_weekend_distance(observed, number) for number in range(len(observed.kitchens))]
    return [each for each in distances if each is not None]


def weekend_distance(observed: Observed) -> float | None:
    """Return the mean over kitchens of how far weekends are from workdays."""
    distances = weekend_distances(observed)
    return sum(distances) / len(distances) if distances else None


def least_weekend_distance(observed: Observed) -> float | None:
    """Return how far weekends are from workdays in the kitchen with the least difference."""
    return min(weekend_distances(observed), default=None)


def brunch(observed: Observed) -> float | None:
    """Return the share of orders from nine to noon at weekends relative to workdays."""
    weekend = np.isin(observed.weekday_of(observed.service_day), WEEKEND)
    if min(weekend.sum(), (~weekend).sum()) < _FEWEST_ORDERS:
        return None
    morning = (observed.hour >= _BRUNCH[0]) & (observed.hour < _BRUNCH[1])
    return ratio(float(morning[weekend].mean()), float(morning[~weekend].mean()))


def late_evenings(observed: Observed) -> float | None:
    """Return the share of evening orders after nine on Fridays and Saturdays against other days."""
    hour = (observed.hour - EARLY_MORNING) % HOURS_PER_DAY + EARLY_MORNING
    evening, late = hour >= _EVENING, hour >= _LATE
    long = np.isin(observed.weekday_of(observed.service_day), _LATE_EVENINGS)
    if min((evening & long).sum(), (evening & ~long).sum()) < _FEWEST_ORDERS:
        return None
    return ratio(float(late[evening & long].mean()), float(late[evening & ~long].mean()))


STATISTICS = (
    Statistic(
        7, "weekend against workday by hour, mean of kitchens", "total variation", 0.03, 0.3,
        "Deliveroo 2015: 15 to 18 h have 22 % at weekends, 14 % else; DoorDash 2015: 0.05",
        Trust.MEASURED, weekend_distance,
    ),
    Statistic(
        7, "weekend against workday by hour, least of kitchens", "total variation", 0.015, 0.3,
        "DoorDash 2015: 0.05 over all hours", Trust.MEASURED, least_weekend_distance,
    ),
    Statistic(
        7, "orders from 9 to 12 h, weekends against workdays", "times", 1.05, 2.5,
        "DoorDash 2015: 14.4 against 13.1 %", Trust.MEASURED, brunch,
    ),
    Statistic(
        7, "evening orders after 21 h, Friday and Saturday against others", "times", 1.03, 2.5,
        OWN_TARGET + ": later evenings", Trust.TARGET, late_evenings,
    ),
)  # fmt: skip
