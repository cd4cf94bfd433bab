"""Point 3: fixes jitter, stand still, are missing and lie beside the street; speeds vary."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from generator.realism.driving import METRES_PER_SECOND_PER_MPH, on_the_way
from generator.realism.numbers import median, quantile, share
from generator.realism.statistic import OWN_TARGET, Statistic, Trust

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.realism.observed import Observed

_EVERY_ROUTE = 5
_FEWEST_OF_A_DRIVE = 4
_MISSING = 1.5  # times the usual gap


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
    usual = gaps[gaps < _MISSING * middle]
    low, high = quantile(usual, 0.1), quantile(usual, 0.9)
    return None if low is None or high is None else high - low


def missing_fixes(observed: Observed) -> float | None:
    """Return the share of gaps in which a fix is missing."""
    gaps = observed.pairs.seconds
    middle = median(gaps)
    return None if middle is None else share(gaps > _MISSING * middle)


def standing_fixes(observed: Observed) -> float | None:
    """Return the share of gaps in which the driver moved at less than a mile an hour."""
    pairs = observed.pairs
    known = np.isfinite(pairs.displacement_m) & (pairs.seconds > 0)
    speed = pairs.displacement_m[known] / pairs.seconds[known]
    return share(speed < METRES_PER_SECOND_PER_MPH)


def speed_variation(observed: Observed) -> float | None:
    """Return the median of how much the speed varies within a drive, deviation over mean."""
    pairs = observed.pairs
    moving = on_the_way(observed)
    order, speed = pairs.order[moving], pairs.driven_m[moving] / pairs.seconds[moving]
    size = observed.orders.created.size
    count = np.bincount(order, minlength=size)
    total = np.bincount(order, speed, size)
    squares = np.bincount(order, speed**2, size)
    enough = (count >= _FEWEST_OF_A_DRIVE) & (total > 0)
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
)  # fmt: skip
