"""Point 5: couriers are few; bags wait at peaks, couriers wait off peak."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from common.time_units import (
    MICROSECONDS_PER_DAY,
    MICROSECONDS_PER_HOUR,
    MICROSECONDS_PER_MINUTE,
    hour_of_day,
)
from generator.realism.driving import METRES_PER_SECOND_PER_MPH
from generator.realism.numbers import mean, means_by, median, ratio, share
from generator.realism.observed import (
    HOURS_PER_DAY,
    PEAK_HOURS,
    QUIET_HOURS,
    elapsed_minutes,
    service_day_of,
)
from generator.realism.statistic import OWN_TARGET, Statistic, Trust

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.realism.observed import Observed

_FEWEST_OF_AN_HOUR = 200
_LONGEST_MINUTES = 150
_TENTH = 10
_FASTEST_MPH = 30.0
_GRID = 10 * MICROSECONDS_PER_MINUTE


@dataclass(frozen=True)
class Shifts:
    """S working days of couriers, as far as events show them, shape (S,) each.

    Attributes
    ----------
    begin, end
        The first arrival at the kitchen and the last event of the last order.
    orders
        Orders carried.
    busy_begin, busy_end
        Spans with an order, from arrival at the kitchen to the door, merged where they overlap,
        shape (B,) each; the way back is not seen.
    """

    begin: NDArray[np.float64]
    end: NDArray[np.float64]
    orders: NDArray[np.int64]
    busy_begin: NDArray[np.float64]
    busy_end: NDArray[np.float64]


def shifts(observed: Observed) -> Shifts | None:
    """Return the shifts of couriers; ``None`` if the events name none."""
    orders = observed.orders
    end = np.where(np.isfinite(orders.delivered), orders.delivered, orders.cancelled)
    known = np.flatnonzero((orders.driver >= 0) & np.isfinite(orders.arrived) & np.isfinite(end))
    if not known.size:
        return None
    day = np.zeros(orders.arrived.size, dtype=np.int64)
    day[known] = service_day_of(orders.arrived[known])
    known = known[np.lexsort((orders.arrived[known], day[known], orders.driver[known]))]
    begin, end = orders.arrived[known], end[known]
    new = np.ones(known.size, dtype=bool)
    driver = orders.driver[known]
    new[1:] = (driver[1:] != driver[:-1]) | (day[known][1:] != day[known][:-1])
    shift = np.cumsum(new) - 1
    # The latest end so far within the shift; shifts are kept apart by an offset of their own.
    offset = shift * (observed.days + 3) * MICROSECONDS_PER_DAY
    latest = np.maximum.accumulate(end + offset) - offset
    apart = new.copy()
    apart[1:] |= begin[1:] > latest[:-1]
    first = np.flatnonzero(apart)
    last = np.append(first[1:], known.size) - 1
    starts = np.flatnonzero(new)
    ends = np.append(starts[1:], known.size) - 1
    return Shifts(begin[starts], latest[ends], np.bincount(shift), begin[first], latest[last])


def wait_by_hour(observed: Observed) -> NDArray[np.float64]:
    """Return the mean minutes that bags wait, by hour in which they are ready."""
    orders = observed.orders
    wait = elapsed_minutes(orders.ready, orders.picked_up)
    known = np.isfinite(wait)
    hour = hour_of_day(orders.ready[known]).astype(int)
    return means_by(hour, wait[known], HOURS_PER_DAY, least=_FEWEST_OF_AN_HOUR)


def wait_spread(observed: Observed) -> float | None:
    """Return how much longer bags wait in the worst hour than in the best, relative to the mean."""
    hours = wait_by_hour(observed)
    known = hours[np.isfinite(hours)]
    return float((known.max() - known.min()) / known.mean()) if known.size > 1 else None


def wait_at_peaks(observed: Observed) -> float | None:
    """Return how long bags wait at lunch and dinner relative to quiet hours."""
    hours = wait_by_hour(observed)
    peak, quiet = hours[list(PEAK_HOURS)], hours[list(QUIET_HOURS)]
    if np.isnan(peak).all() or np.isnan(quiet).all():
        return None
    return ratio(float(np.nanmean(peak)), float(np.nanmean(quiet)))


def courier_wait(observed: Observed) -> float | None:
    """Return the mean minutes that couriers wait at the kitchen."""
    return mean(elapsed_minutes(observed.orders.arrived, observed.orders.picked_up))


def orders_an_hour(observed: Observed) -> float | None:
    """Return orders carried for each hour of a shift."""
    found = shifts(observed)
    if found is None:
        return None
    hours = (found.end - found.begin).sum() / MICROSECONDS_PER_HOUR
    return float(found.orders.sum() / hours)


def drop_to_drop(observed: Observed) -> float | None:
    """Return the median of minutes between two deliveries of a courier, of a shift."""
    orders = observed.orders
    known = np.flatnonzero((orders.driver >= 0) & np.isfinite(orders.delivered))
    known = known[np.lexsort((orders.delivered[known], orders.driver[known]))]
    minutes = elapsed_minutes(orders.delivered[known][:-1], orders.delivered[known][1:])
    same = np.diff(orders.driver[known]) == 0
    return median(minutes[same & (minutes <= _LONGEST_MINUTES)])


def impossible_returns(observed: Observed) -> float | None:
    """Return the share of returns to the kitchen that no courier can drive.

    The next order begins before the one before has ended, though they did not leave together, or
    the straight line from its door was driven too fast.
    """
    orders = observed.orders
    end = np.where(np.isfinite(orders.delivered), orders.delivered, orders.cancelled)
    known = np.flatnonzero((orders.driver >= 0) & np.isfinite(orders.arrived) & np.isfinite(end))
    known = known[np.lexsort((end[known], orders.arrived[known], orders.driver[known]))]
    one, other = known[:-1], known[1:]
    apart = (orders.driver[one] == orders.driver[other]) & (
        orders.picked_up[one] != orders.picked_up[other]
    )
    one, other = one[apart], other[apart]
    seconds = elapsed_minutes(end[one], orders.arrived[other]) * 60
    metres = np.hypot(orders.east[one], orders.north[one])
    return share(metres > seconds * _FASTEST_MPH * METRES_PER_SECOND_PER_MPH)


def busiest_couriers(observed: Observed) -> float | None:
    """Return the share of orders by the tenth of couriers who carry most."""
    driver = observed.orders.driver
    counts = np.sort(np.bincount(driver[driver >= 0]))[::-1]
    if counts.size < _TENTH:
        return None
    return float(counts[: counts.size // _TENTH].sum() / counts.sum())


def shift_hours(observed: Observed) -> float | None:
    """Return the median of hours from first to last event of shifts with two orders or more."""
    found = shifts(observed)
    if found is None:
        return None
    several = found.orders > 1
    return median((found.end - found.begin)[several] / MICROSECONDS_PER_HOUR)


def utilisation(observed: Observed) -> float | None:
    """Return the share of shifts that couriers have an order, the way back not counted."""
    found = shifts(observed)
    if found is None:
        return None
    return float((found.busy_end - found.busy_begin).sum() / (found.end - found.begin).sum())


def utilisation_by_hour(observed: Observed) -> NDArray[np.float64] | None:
    """Return the share of couriers on shift who have an order, by hour of the day."""
    found = shifts(observed)
    if found is None:
        return None
    grid = np.arange(0.0, (observed.days + 1) * MICROSECONDS_PER_DAY, _GRID)

    def active(begin: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.int64]:
        return np.searchsorted(np.sort(begin), grid, "right") - np.searchsorted(
            np.sort(end), grid, "right"
        )

    hour = hour_of_day(grid).astype(int)
    busy = np.bincount(hour, active(found.busy_begin, found.busy_end), HOURS_PER_DAY)
    there = np.bincount(hour, active(found.begin, found.end), HOURS_PER_DAY)
    return np.where(there >= 6 * observed.days / 10, busy / np.maximum(there, 1), np.nan)


def utilisation_spread(observed: Observed) -> float | None:
    """Return how many more of the couriers on shift have an order in the busiest hour."""
    hours = utilisation_by_hour(observed)
    if hours is None:
        return None
    known = hours[np.isfinite(hours)]
    return float(known.max() - known.min()) if known.size > 1 else None


STATISTICS = (
    Statistic(
        5, "wait of bags, worst hour less best hour, over the mean", "times", 0.2, 4.0,
        OWN_TARGET + ": bags wait at peaks", Trust.TARGET, wait_spread,
    ),
    Statistic(
        5, "wait of bags at lunch and dinner against quiet hours", "times", 1.08, 4.0,
        OWN_TARGET + ": bags wait at peaks", Trust.TARGET, wait_at_peaks,
    ),
    Statistic(
        5, "couriers' wait at the kitchen, mean", "min", 1.0, 7.0,
        "Delhi kitchen operator: 4.83 min; DoorDash: most stores below 3.4 min",
        Trust.SECOND_HAND, courier_wait,
    ),
    Statistic(
        5, "orders per courier-hour", "1/h", 1.2, 3.0,
        "Grubhub instances: 1.21 to 2.42 scheduled; DoorDash 2015: 1.48", Trust.MEASURED,
        orders_an_hour,
    ),
    Statistic(
        5, "minutes between two deliveries of a courier, median", "min", 15.0, 50.0,
        "DoorDash 2015: 36.7, hardly any shared", Trust.MEASURED, drop_to_drop,
    ),
    Statistic(
        5, "returns to the kitchen above 30 mph in a straight line", "share", 0.0, 0.01,
        OWN_TARGET + ": a courier is in one place", Trust.TARGET, impossible_returns,
    ),
    Statistic(
        5, "orders by the busiest tenth of couriers", "share", 0.14, 0.45,
        "DoorDash 2015: 33 %", Trust.MEASURED, busiest_couriers,
    ),
    Statistic(
        5, "hours of a shift as seen in events, median", "h", 2.0, 6.5,
        "Grubhub instances: quartiles 3, 3 and 4 h; DoorDash 2015: 3.4 h; bike couriers: 5.3 h",
        Trust.MEASURED, shift_hours,
    ),
    Statistic(
        5, "shift with an order in hand", "share", 0.3, 0.9,
        "New York 2022: 60 % of signed-in time; DoorDash 2015: 93 % at order times",
        Trust.PRIMARY, utilisation,
    ),
    Statistic(
        5, "shift with an order in hand, busiest hour less quietest", "share", 0.08, 0.7,
        OWN_TARGET + ": couriers wait off peak", Trust.TARGET, utilisation_spread,
    ),
)  # fmt: skip
