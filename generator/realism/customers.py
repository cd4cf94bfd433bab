"""Point 8: customers come back, have favourites, and live near.

Where events name no customer, an address is taken for one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from common.time_units import MICROSECONDS_PER_DAY
from generator.realism.numbers import mean, median, quantile, ratio, share
from generator.realism.statistic import OWN_TARGET, Statistic, Trust

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.realism.observed import Observed

_FEWEST_DAYS = 28
_TENTH = 10
_WEEKS_LATER = 3
_FREQUENT = 8
_MONTH_DAYS = 30
_SOON_DAYS = 1.5
_LATER_DAYS = (7, 14)
_AFTERNOON = 15


@dataclass(frozen=True)
class Returns:
    """Orders that a person placed after another, shape (Q,) each.

    Attributes
    ----------
    earlier, later
        Numbers of the orders.
    days
        Between them.
    """

    earlier: NDArray[np.int64]
    later: NDArray[np.int64]
    days: NDArray[np.float64]


def returns(observed: Observed) -> Returns:
    """Return each order together with the one that the same person placed before."""
    orders = observed.orders
    known = np.flatnonzero(orders.customer >= 0)
    known = known[np.lexsort((orders.created[known], orders.customer[known]))]
    same = orders.customer[known][1:] == orders.customer[known][:-1]
    earlier, later = known[:-1][same], known[1:][same]
    days = (orders.created[later] - orders.created[earlier]) / MICROSECONDS_PER_DAY
    return Returns(earlier, later, days)


def orders_of_customers(observed: Observed) -> NDArray[np.int64]:
    """Return the orders of each person."""
    customer = observed.orders.customer
    return np.bincount(customer[customer >= 0])


def _long_enough(observed: Observed) -> bool:
    return observed.days >= _FEWEST_DAYS


def once_share(observed: Observed) -> float | None:
    """Return the share of customers with one order."""
    return share(orders_of_customers(observed) == 1) if _long_enough(observed) else None


def repeat_orders(observed: Observed) -> float | None:
    """Return the share of orders of the last four weeks by someone who ordered before."""
    if observed.days < 2 * _FEWEST_DAYS:
        return None
    late = observed.day >= observed.days - _FEWEST_DAYS
    again = np.zeros(late.size, dtype=bool)
    again[returns(observed).later] = True
    return share(again[late])


def top_tenth(observed: Observed) -> float | None:
    """Return the share of orders by the tenth of customers who order most."""
    counts = np.sort(orders_of_customers(observed))[::-1]
    if not _long_enough(observed) or counts.size < _TENTH:
        return None
    return float(counts[: counts.size // _TENTH].sum() / counts.sum())


def customer_dispersion(observed: Observed) -> float | None:
    """Return variance over mean of orders per customer."""
    counts = orders_of_customers(observed)
    return float(counts.var() / counts.mean()) if _long_enough(observed) and counts.size else None


def gap_days(observed: Observed) -> float | None:
    """Return the median of days between two orders of a customer."""
    return median(returns(observed).days) if _long_enough(observed) else None


def within_a_month(observed: Observed) -> float | None:
    """Return the share of gaps between two orders of a customer that are at most 30 days."""
    if observed.days < 2 * _FEWEST_DAYS:
        return None
    return share(returns(observed).days <= _MONTH_DAYS)


def _same_brand(observed: Observed) -> tuple[Returns, NDArray[np.bool_]]:
    found = returns(observed)
    brand = observed.brand_of_order
    return found, brand[found.earlier] == brand[found.later]


def brand_chance(observed: Observed) -> float | None:
    """Return the probability that two orders of one kitchen are of the same brand."""
    weights, chances = [], []
    for number in range(len(observed.kitchens)):
        brand = observed.brand_of_order[observed.orders.kitchen == number]
        counts = np.unique(brand[brand >= 0], return_counts=True)[1]
        if counts.sum():
            weights.append(counts.sum())
            chances.append(((counts / counts.sum()) ** 2).sum())
    return float(np.average(chances, weights=weights)) if weights else None


def same_brand(observed: Observed) -> float | None:
    """Return how often the next order is of the same brand, relative to chance."""
    return ratio(share(_same_brand(observed)[1]), brand_chance(observed))


def avoids_yesterday(observed: Observed) -> float | None:
    """Return how often the next order is of the same brand within 1.5 days, against 7 to 14."""
    found, same = _same_brand(observed)
    soon = found.days < _SOON_DAYS
    later = (found.days >= _LATER_DAYS[0]) & (found.days < _LATER_DAYS[1])
    return ratio(share(same[soon]), share(same[later]))


def retention(observed: Observed) -> float | None:
    """Return how many customers of a week order three weeks later, against one week later."""
    weeks = observed.days // 7
    customer, week = observed.orders.customer, observed.day // 7
    known = (customer >= 0) & (week < weeks)
    if weeks < 2 * _WEEKS_LATER or not known.any():
        return None
    active = np.zeros((customer.max() + 1, weeks), dtype=bool)
    active[customer[known], week[known]] = True
    base = active[:, :-_WEEKS_LATER]
    soon, later = active[:, 1 : 1 - _WEEKS_LATER], active[:, _WEEKS_LATER:]
    return ratio(float((base & later).sum()), float((base & soon).sum()))


def same_weekday(observed: Observed) -> float | None:
    """Return how often the next order is on the same weekday, relative to chance."""
    found = returns(observed)
    weekday = observed.weekday_of(observed.service_day)
    part = np.bincount(weekday, minlength=7) / weekday.size
    same = share(weekday[found.earlier] == weekday[found.later])
    return ratio(same, float((part**2).sum()))


def favourite_share(observed: Observed) -> float | None:
    """Return the mean share of their favourite brand, of customers with eight orders or more."""
    customer, brand = observed.orders.customer, observed.brand_of_order
    count = orders_of_customers(observed)
    frequent = np.flatnonzero(customer >= 0)
    frequent = frequent[count[customer[frequent]] >= _FREQUENT]
    both = np.stack([customer[frequent], brand[frequent]], axis=1)
    pairs, times = np.unique(both, axis=0, return_counts=True)
    favourite = np.zeros(count.size)
    np.maximum.at(favourite, pairs[:, 0], times)
    known = favourite > 0
    return mean(favourite[known] / count[known])


def same_meal(observed: Observed) -> float | None:
    """Return how often the next order is on the same side of 15 h, relative to chance."""
    found = returns(observed)
    early = observed.hour < _AFTERNOON
    part = float(early.mean())
    same = share(early[found.earlier] == early[found.later])
    return ratio(same, part**2 + (1 - part) ** 2)


def distances_km(observed: Observed) -> NDArray[np.float64]:
    """Return the straight line from kitchen to door of each order."""
    distance: NDArray[np.float64] = np.hypot(observed.orders.east, observed.orders.north) / 1_000
    return distance


def distance_median(observed: Observed) -> float | None:
    """Return the median straight line from kitchen to door."""
    return median(distances_km(observed))


def distance_far(observed: Observed) -> float | None:
    """Return the ninetieth percentile of the straight line from kitchen to door."""
    return quantile(distances_km(observed), 0.9)


STATISTICS = (
    Statistic(
        8, "customers with one order", "share", 0.3, 0.7,
        "DoorDash 2015: 51 % in a month; Delhi kitchen operator: 66 % in five months",
        Trust.MEASURED, once_share,
    ),
    Statistic(
        8, "orders of the last four weeks by earlier customers", "share", 0.4, 0.95,
        "DoorDash 2015: 72 % over three weeks, of a whole platform", Trust.MEASURED, repeat_orders,
    ),
    Statistic(
        8, "orders by the top tenth of customers", "share", 0.27, 0.6,
        "DoorDash 2015: 37 % in 28 days", Trust.MEASURED, top_tenth,
    ),
    Statistic(
        8, "orders per customer, variance over mean", "times", 2.0, 20.0,
        "DoorDash 2015: 10.9 over 2.70", Trust.MEASURED, customer_dispersion,
    ),
    Statistic(
        8, "days between two orders of a customer, median", "d", 2.0, 14.0,
        "DoorDash 2015: 2.97 d, cut off at 30 d", Trust.MEASURED, gap_days,
    ),
    Statistic(
        8, "gaps of at most 30 days", "share", 0.6, 0.95,
        "Delhi kitchen operator: 66.6 % of repeaters come back within 30 d", Trust.SECOND_HAND,
        within_a_month,
    ),
    Statistic(
        8, "next order of the same brand, against chance", "times", 1.4, 10.0,
        "DoorDash 2015: 17.2 % against 2 to 2.6 % by chance; Delivery Hero: 9 to 43 %",
        Trust.MEASURED, same_brand,
    ),
    Statistic(
        8, "same brand within 1.5 days against 7 to 14 days", "times", 0.25, 0.92,
        "DoorDash 2015: 10 % below a day, 25 % after a week", Trust.MEASURED, avoids_yesterday,
    ),
    Statistic(
        8, "favourite brand of customers with eight orders or more", "share", 0.22, 0.65,
        "DoorDash 2015: 36 %", Trust.MEASURED, favourite_share,
    ),
    Statistic(
        8, "customers of a week who order three weeks later, against one week", "times", 0.75, 1.1,
        "DoorDash 2015: 45 % in either", Trust.MEASURED, retention,
    ),
    Statistic(
        8, "next order on the same weekday, against chance", "times", 0.85, 1.25,
        "DoorDash 2015: 14.5 against 14.3 %", Trust.MEASURED, same_weekday,
    ),
    Statistic(
        8, "next order at the same meal, against chance", "times", 1.1, 1.7,
        "DoorDash 2015: 75 against 60 %", Trust.MEASURED, same_meal,
    ),
    Statistic(
        8, "straight line to the door, median", "km", 1.5, 3.2,
        "Grubhub instances: 2.07 km; " + OWN_TARGET + ": 2 to 3", Trust.MEASURED, distance_median,
    ),
    Statistic(
        8, "straight line to the door, p90", "km", 3.0, 6.0,
        "Grubhub instances: 4.38 km", Trust.MEASURED, distance_far,
    ),
)  # fmt: skip
