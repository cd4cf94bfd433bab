"""Points 3, 4, 6 and 13: fixes, the door, speeds, and couriers who carry two orders."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from generator.realism.numbers import mean, median, quantile, share
from generator.realism.observed import hour_of_day
from generator.realism.statistic import OWN_TARGET, Statistic, Trust

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.realism.observed import FixPairs, Observed

METRES_PER_SECOND_PER_MPH = 0.44704
AT_THE_DOOR_M = 80.0

_EXACTLY_M = 0.5
_EVERY_ROUTE = 5
_FEWEST_OF_A_DRIVE = 4
_FEWEST_OF_A_HALF_HOUR = 100
_EVENING_RUSH = (16.0, 19.0)
_SATURDAY = 5


# Point 3


def most_common_gap(observed: Observed) -> float | None:
    """Return the share of the most common time between two fixes, to the millisecond."""
    gaps = np.round(observed.pairs.seconds * 1_000)
    if not gaps.size or observed.whole_seconds:
        return None
    return float(np.unique(gaps, return_counts=True)[1].max() / gaps.size)


def gap_spread(observed: Observed) -> float | None:
    """Return the seconds between the tenth and the ninetieth percentile of gaps, whole ones."""
    gaps = observed.pairs.seconds
    middle = median(gaps)
    if middle is None:
        return None
    usual = gaps[gaps < 1.5 * middle]
    low, high = quantile(usual, 0.1), quantile(usual, 0.9)
    return None if low is None or high is None else high - low


def missing_fixes(observed: Observed) -> float | None:
    """Return the share of gaps in which a fix is missing."""
    gaps = observed.pairs.seconds
    middle = median(gaps)
    return None if middle is None else share(gaps > 1.5 * middle)


def standing_fixes(observed: Observed) -> float | None:
    """Return the share of gaps in which the driver moved at less than a mile an hour."""
    pairs = observed.pairs
    known = np.isfinite(pairs.displacement_m) & (pairs.seconds > 0)
    speed = pairs.displacement_m[known] / pairs.seconds[known]
    return share(speed < METRES_PER_SECOND_PER_MPH)


def speed_variation(observed: Observed) -> float | None:
    """Return the median of how much the speed varies within a drive, deviation over mean."""
    pairs = observed.pairs
    moving = _on_the_way(observed)
    order, speed = pairs.order[moving], pairs.driven_m[moving] / pairs.seconds[moving]
    size = observed.orders.created.size
    count = np.bincount(order, minlength=size)
    total = np.bincount(order, speed, size)
    squares = np.bincount(order, speed**2, size)
    enough = count >= _FEWEST_OF_A_DRIVE
    average = total[enough] / count[enough]
    variance = squares[enough] / count[enough] - average**2
    return median(np.sqrt(np.maximum(variance, 0.0)) / average)


def metres_beside_route(observed: Observed) -> NDArray[np.float64]:
    """Return how far fixes are from the route, of one order in five."""
    routes, fixes = observed.routes, observed.fixes
    chosen = np.flatnonzero((np.diff(routes.offsets) > 1) & (routes.order % _EVERY_ROUTE == 0))
    if not chosen.size or not fixes.at.size:
        return np.empty(0)
    begin, end = routes.offsets[:-1][chosen], routes.offsets[1:][chosen]
    count = end - begin
    points = np.repeat(begin - np.cumsum(count) + count, count) + np.arange(count.sum())
    lines = shapely.linestrings(
        np.stack([routes.east[points], routes.north[points]], axis=1),
        indices=np.repeat(np.arange(chosen.size), count),
    )
    line_of_order = np.full(observed.orders.created.size, -1)
    line_of_order[routes.order[chosen]] = np.arange(chosen.size)
    line = line_of_order[fixes.order]
    kept = (line >= 0) & np.isfinite(fixes.east)
    distance: NDArray[np.float64] = shapely.distance(
        shapely.points(fixes.east[kept], fixes.north[kept]), lines[line[kept]]
    )
    return distance


def median_metres_beside_route(observed: Observed) -> float | None:
    """Return the median of how far fixes are from the route."""
    return median(metres_beside_route(observed))


# Point 4


def hand_over_minutes(observed: Observed) -> NDArray[np.float64]:
    """Return how long each driver was at the door, of orders with enough fixes.

    The driver has come somewhere between the last fix away from the door and the next one, on
    average in the middle.
    """
    fixes, orders = observed.fixes, observed.orders
    away = np.flatnonzero(observed.metres_to_door > AT_THE_DOOR_M)
    gap = median(observed.pairs.seconds)
    if not away.size or gap is None:
        return np.empty(0)
    last = np.full(orders.created.size, np.nan)
    np.fmax.at(last, fixes.order[away], fixes.at[away])
    minutes = (orders.delivered - last) / 60e6 - gap / 120
    known: NDArray[np.float64] = minutes[np.isfinite(minutes)]
    return known


def hand_over_median(observed: Observed) -> float | None:
    """Return the median of minutes at the door."""
    return median(hand_over_minutes(observed))


def hand_over_long(observed: Observed) -> float | None:
    """Return the ninetieth percentile of minutes at the door."""
    return quantile(hand_over_minutes(observed), 0.9)


def metres_from_door(observed: Observed) -> NDArray[np.float64]:
    """Return how far from the customer's coordinate each order was handed over."""
    orders = observed.orders
    distance = np.hypot(orders.delivered_east - orders.east, orders.delivered_north - orders.north)
    known: NDArray[np.float64] = distance[np.isfinite(distance)]
    return known


def median_metres_from_door(observed: Observed) -> float | None:
    """Return the median of how far from the customer's coordinate orders were handed over."""
    return median(metres_from_door(observed))


def exactly_at_door(observed: Observed) -> float | None:
    """Return the share of orders handed over at the customer's coordinate itself."""
    return share(metres_from_door(observed) < _EXACTLY_M)


# Point 6


def _on_the_way(observed: Observed) -> NDArray[np.bool_]:
    """Return which pairs of fixes are of driving: not at the door."""
    pairs: FixPairs = observed.pairs
    driving: NDArray[np.bool_] = (
        np.isfinite(pairs.driven_m)
        & (pairs.seconds > 0)
        & (pairs.driven_m >= 0)
        & (observed.metres_to_door[pairs.second] > AT_THE_DOOR_M)
    )
    return driving


def half_hour_speeds(observed: Observed, chosen: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return miles an hour on the way by half-hour of the day, of chosen pairs of fixes."""
    pairs = observed.pairs
    kept = _on_the_way(observed) & chosen
    half_hour = (hour_of_day(observed.fixes.at[pairs.first[kept]]) * 2).astype(int)
    count = np.bincount(half_hour, minlength=48)
    metres = np.bincount(half_hour, pairs.driven_m[kept], 48)
    seconds = np.bincount(half_hour, pairs.seconds[kept], 48)
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


def mean_or_nan(values: NDArray[np.float64]) -> float:
    """Return the mean of the numbers among values, not-a-number if there are none."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")


def rush_against_best(observed: Observed) -> float | None:
    """Return the mean speed of the slowest half-hour relative to that of the fastest."""
    speed = half_hour_speeds(observed, _all_pairs(observed))
    known = speed[np.isfinite(speed)]
    return float(known.min() / known.max()) if known.size else None


def mean_speed(observed: Observed) -> float | None:
    """Return the mean of speeds on the way, by half-hour."""
    return mean(half_hour_speeds(observed, _all_pairs(observed)))


def weekend_speed(observed: Observed) -> float | None:
    """Return the mean speed of the evening rush at weekends relative to that on workdays."""
    pairs = observed.pairs
    at = observed.fixes.at[pairs.first]
    weekday = observed.weekday_of(np.floor(at / 86_400e6).astype(int))
    rush = slice(int(_EVENING_RUSH[0] * 2), int(_EVENING_RUSH[1] * 2))
    weekend = mean_or_nan(half_hour_speeds(observed, weekday >= _SATURDAY)[rush])
    return weekend / mean_or_nan(half_hour_speeds(observed, weekday < _SATURDAY)[rush])


def city_speeds_differ(observed: Observed) -> float | None:
    """Return the largest difference between cities of an hour's speed relative to the day's."""
    kitchen = observed.orders.kitchen[observed.pairs.order]
    profiles = []
    for number in range(len(observed.kitchens)):
        half_hours = half_hour_speeds(observed, kitchen == number)
        speed = half_hours.reshape(24, 2).mean(axis=1)
        profiles.append(speed / mean_or_nan(speed))
    if len(profiles) < 2:
        return None
    spread = np.max(profiles, axis=0) - np.min(profiles, axis=0)
    known = spread[np.isfinite(spread)]
    return float(known.max()) if known.size else None


# Point 13


def _shared_with(observed: Observed) -> NDArray[np.int64]:
    """Return the number of the next order that a courier took at the same moment, else -1."""
    orders = observed.orders
    left = np.flatnonzero(np.isfinite(orders.picked_up))
    keys = (orders.picked_up[left], orders.driver[left], orders.kitchen[left])
    by_time = left[np.lexsort(keys)]
    one, other = by_time[:-1], by_time[1:]
    same = (
        (orders.picked_up[one] == orders.picked_up[other])
        & (orders.driver[one] == orders.driver[other])
        & (orders.kitchen[one] == orders.kitchen[other])
    )
    following = np.full(orders.created.size, -1)
    following[one[same]] = other[same]
    return following


def shared_share(observed: Observed) -> float | None:
    """Return the share of delivered orders that left together with another."""
    if observed.whole_seconds:
        return None
    following = _shared_with(observed)
    first = following >= 0
    shared = first.copy()
    shared[following[first]] = True
    return share(shared[np.isfinite(observed.orders.picked_up)])


def shared_way(observed: Observed) -> float | None:
    """Return the share of pairs that left together which have a fix in common."""
    if observed.whole_seconds:
        return None
    following = _shared_with(observed)
    first = np.flatnonzero(following >= 0)
    fixes = observed.fixes
    key = np.stack([fixes.at, fixes.east, fixes.north], axis=1)
    begin, end = (np.searchsorted(fixes.order, np.arange(following.size), side) for side in
                  ("left", "right"))  # fmt: skip
    have = []
    for one, other in zip(first, following[first], strict=True):
        mine = {tuple(row) for row in key[begin[one] : end[one]].tolist()}
        theirs = {tuple(row) for row in key[begin[other] : end[other]].tolist()}
        have.append(bool(mine & theirs))
    return share(np.array(have, dtype=bool))


def second_door_minutes(observed: Observed) -> float | None:
    """Return the median of minutes between the two deliveries of pairs that left together."""
    if observed.whole_seconds:
        return None
    following = _shared_with(observed)
    first = np.flatnonzero(following >= 0)
    delivered = observed.orders.delivered
    return median(np.abs(delivered[following[first]] - delivered[first]) / 60e6)


STATISTICS = (
    Statistic(
        3, "most common time between two fixes, of all", "share", 0.0, 0.02,
        OWN_TARGET + ": fixes jitter in time", Trust.TARGET, most_common_gap,
    ),
    Statistic(
        3, "spread of the time between two fixes, p10 to p90", "s", 0.3, 20.0,
        OWN_TARGET + ": fixes jitter in time", Trust.TARGET, gap_spread,
    ),
    Statistic(
        3, "gaps with a missing fix", "share", 0.002, 0.08,
        OWN_TARGET + ": now and then one is missing", Trust.TARGET, missing_fixes,
    ),
    Statistic(
        3, "gaps below 1 mph", "share", 0.02, 0.4,
        "19 bike couriers, one-second GPS: 36 % of the shift moving", Trust.PRIMARY, standing_fixes,
    ),
    Statistic(
        3, "variation of speed within a drive, deviation over mean", "times", 0.12, 0.7,
        "San Francisco 2017: 0.49 to 0.53 between segments", Trust.MEASURED, speed_variation,
    ),
    Statistic(
        3, "metres between fix and route, median", "m", 2.0, 15.0,
        "phones in town: 7 to 13 m mean error", Trust.PRIMARY, median_metres_beside_route,
    ),
    Statistic(
        4, "minutes at the door, median", "min", 1.0, 5.0,
        "engineer's talk: 2 to 3 min at a house; Grubhub assumes 4", Trust.SECOND_HAND,
        hand_over_median,
    ),
    Statistic(
        4, "minutes at the door, p90", "min", 2.5, 12.0,
        "engineer's talk: 8 to 12 min in a high-rise", Trust.SECOND_HAND, hand_over_long,
    ),
    Statistic(
        4, "metres from the customer's coordinate at hand-over, median", "m", 2.0, 25.0,
        "phones in town: 7 to 13 m mean error", Trust.PRIMARY, median_metres_from_door,
    ),
    Statistic(
        4, "handed over at the customer's coordinate itself", "share", 0.0, 0.02,
        OWN_TARGET + ": within GPS noise", Trust.TARGET, exactly_at_door,
    ),
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
        6, "largest difference between cities of an hour's relative speed", "share", 0.04, 0.5,
        OWN_TARGET + ": by city", Trust.TARGET, city_speeds_differ,
    ),
    Statistic(
        13, "orders that share a courier", "share", 0.05, 0.12,
        "US secret shops 2024: 12 % followed another drop; 2.4 % in 2015", Trust.SECOND_HAND,
        shared_share,
    ),
    Statistic(
        13, "pairs of a courier with a fix in common", "share", 0.6, 1.0,
        OWN_TARGET + ": fixes follow both", Trust.TARGET, shared_way,
    ),
    Statistic(
        13, "minutes between the two doors of a pair, median", "min", 2.0, 15.0,
        "US secret shops 2024: 13 min more than direct", Trust.SECOND_HAND, second_door_minutes,
    ),
)  # fmt: skip
