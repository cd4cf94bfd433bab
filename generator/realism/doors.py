"""Point 4: handing over takes minutes, and its place is as good as GPS."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from generator.realism.driving import AT_THE_DOOR_M
from generator.realism.numbers import median, quantile, share
from generator.realism.observed import elapsed_minutes
from generator.realism.statistic import OWN_TARGET, Statistic, Trust

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.realism.observed import Observed

_EXACTLY_M = 0.5


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
    minutes = elapsed_minutes(last, orders.delivered) - gap / 120
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


STATISTICS = (
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
)  # fmt: skip
