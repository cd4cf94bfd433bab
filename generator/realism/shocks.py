"""Point 11: days and hours have more in common than chance."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from generator.realism.numbers import correlation, means_by, ratio
from generator.realism.observed import HOURS_PER_DAY, elapsed_minutes
from generator.realism.statistic import OWN_TARGET, Statistic, Trust

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.realism.observed import Observed

_FEWEST_WEEKS = 3
_PARAMETERS = 9  # of trend and weekdays
_FEWEST_OF_A_CELL = 5.0
_FEWEST_ORDERS = 500
_SUPER_BOWLS = (
    date(2023, 2, 12), date(2024, 2, 11), date(2025, 2, 9), date(2026, 2, 8), date(2027, 2, 14)
)  # fmt: skip
_BEFORE_AND_DURING = (13.0, 20.0)


def orders_a_day(observed: Observed, kitchen: int) -> NDArray[np.float64]:
    """Return the orders of a kitchen by day."""
    day = observed.day[observed.orders.kitchen == kitchen]
    return np.bincount(day, minlength=observed.days)[: observed.days].astype(float)


def expected_a_day(observed: Observed, count: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the orders of each day by trend and weekday."""
    day = np.arange(count.size)
    part = day / count.size
    weekdays = np.eye(7)[observed.weekday_of(day)]
    design = np.column_stack([part, part**2, weekdays])
    fitted, *_ = np.linalg.lstsq(design, np.log(count + 0.5), rcond=None)
    expected: NDArray[np.float64] = np.exp(design @ fitted)
    return np.asarray(expected * (count.sum() / expected.sum()))


def day_residuals(observed: Observed) -> list[NDArray[np.float64]]:
    """Return by kitchen how far each day is from what trend and weekday say, relative to that."""
    if observed.days < 7 * _FEWEST_WEEKS:
        return []
    residuals = []
    for number in range(len(observed.kitchens)):
        count = orders_a_day(observed, number)
        if count.sum() >= _FEWEST_ORDERS:
            residuals.append(count / expected_a_day(observed, count) - 1)
    return residuals


def _mean_known(values: list[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return sum(known) / len(known) if known else None


def day_to_day(observed: Observed) -> float | None:
    """Return the correlation of a day with the day before, after trend and weekday."""
    return _mean_known([correlation(r[1:], r[:-1]) for r in day_residuals(observed)])


def city_to_city(observed: Observed) -> float | None:
    """Return the correlation of days between kitchens, after trend and weekday."""
    found = day_residuals(observed)
    pairs = [(one, other) for number, one in enumerate(found) for other in found[:number]]
    return _mean_known([correlation(one, other) for one, other in pairs])


def daily_deviation(observed: Observed) -> float | None:
    """Return by how much days deviate from trend and weekday beyond chance, relative to them."""
    if observed.days < 7 * _FEWEST_WEEKS:
        return None
    found: list[float | None] = []
    for number in range(len(observed.kitchens)):
        count = orders_a_day(observed, number)
        if count.sum() >= _FEWEST_ORDERS:
            expected = expected_a_day(observed, count)
            squares = ((count - expected) ** 2 / expected).sum() / (observed.days - _PARAMETERS)
            found.append(float(np.sqrt(max(squares - 1.0, 0.0) / expected.mean())))
    return _mean_known(found)


def hourly_dispersion(observed: Observed) -> float | None:
    """Return variance over mean of orders an hour, within hours of a weekday, after the trend."""
    weeks = observed.days // 7
    if weeks < _FEWEST_WEEKS:
        return None
    squares, cells = 0.0, 0.0
    day, days = observed.day, weeks * 7
    for number in range(len(observed.kitchens)):
        here = (observed.orders.kitchen == number) & (day < days)
        if here.sum() < _FEWEST_ORDERS:
            continue
        cell = day[here] * HOURS_PER_DAY + observed.hour[here].astype(int)
        count = (
            np.bincount(cell, minlength=days * HOURS_PER_DAY)
            .reshape(weeks, 7 * HOURS_PER_DAY)
            .astype(float)
        )
        trend = expected_a_day(observed, orders_a_day(observed, number))[:days]
        weights = np.repeat(trend, HOURS_PER_DAY).reshape(weeks, 7 * HOURS_PER_DAY)
        expected = weights * (count.sum(axis=0) / weights.sum(axis=0))
        busy = expected.mean(axis=0) >= _FEWEST_OF_A_CELL
        squares += float(((count - expected)[:, busy] ** 2 / expected[:, busy]).sum())
        cells += float(busy.sum() * (weeks - 1))
    return squares / cells if cells else None


def delay_of_hours(observed: Observed) -> float | None:
    """Return the correlation of mean minutes to the door in adjacent hours, after hour of day."""
    orders = observed.orders
    minutes = elapsed_minutes(orders.created, orders.delivered)
    found: list[float | None] = []
    for number in range(len(observed.kitchens)):
        here = (orders.kitchen == number) & np.isfinite(minutes)
        hour = observed.hour[here].astype(int)
        usual = means_by(hour, minutes[here], HOURS_PER_DAY, least=1)
        slot = observed.day[here] * HOURS_PER_DAY + hour
        late = means_by(slot, minutes[here] - usual[hour], observed.days * HOURS_PER_DAY, least=5)
        found.append(correlation(late[1:], late[:-1]))
    return _mean_known(found)


def super_bowl(observed: Observed) -> float | None:
    """Return orders before and during a Super Bowl relative to the Sundays before and after."""
    begin, end = _BEFORE_AND_DURING
    meal = (observed.hour >= begin) & (observed.hour < end)
    for sunday in _SUPER_BOWLS:
        day = (sunday - observed.day_zero).days
        around = [each for each in (day - 7, day + 7) if 0 <= each < observed.days]
        if 0 <= day < observed.days and around:
            usual = float(np.mean([(meal & (observed.day == each)).sum() for each in around]))
            return ratio(float((meal & (observed.day == day)).sum()), usual)
    return None


STATISTICS = (
    Statistic(
        11, "orders an hour, variance over mean", "times", 1.25, 3.0,
        "DoorDash 2015: 1.83", Trust.MEASURED, hourly_dispersion,
    ),
    Statistic(
        11, "deviation of days beyond chance", "share", 0.06, 0.16,
        "DoorDash 2015: 8.7 % (variance over mean 5.5 at 600 orders a day)", Trust.MEASURED,
        daily_deviation,
    ),
    Statistic(
        11, "correlation of a day with the day before", "correlation", 0.12, 0.65,
        "DoorDash 2015: 0.34", Trust.MEASURED, day_to_day,
    ),
    Statistic(
        11, "correlation of days between cities", "correlation", 0.06, 0.7,
        OWN_TARGET + ": shared holidays and events", Trust.TARGET, city_to_city,
    ),
    Statistic(
        11, "correlation of delays in adjacent hours", "correlation", 0.35, 0.9,
        "DoorDash 2015: 0.76", Trust.MEASURED, delay_of_hours,
    ),
    Statistic(
        11, "orders from 13 to 20 h on Super Bowl Sunday against Sundays around it", "times",
        1.08, 1.6,
        "Incentivio 2022: +28 % of delivery orders", Trust.SECOND_HAND, super_bowl,
    ),
)  # fmt: skip
