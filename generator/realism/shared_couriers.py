"""Point 13: some couriers carry two orders at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from generator.realism.numbers import median, share
from generator.realism.observed import elapsed_minutes
from generator.realism.statistic import OWN_TARGET, Statistic, Trust

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.realism.observed import Observed


def _by_chance(observed: Observed) -> bool:
    """Return whether orders may leave at the same moment by chance: no courier, whole seconds."""
    return observed.whole_seconds and not (observed.orders.driver >= 0).any()


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
    if _by_chance(observed):
        return None
    following = _shared_with(observed)
    first = following >= 0
    shared = first.copy()
    shared[following[first]] = True
    return share(shared[np.isfinite(observed.orders.picked_up)])


def shared_way(observed: Observed) -> float | None:
    """Return the share of pairs that left together which have a fix in common."""
    if _by_chance(observed):
        return None
    following = _shared_with(observed)
    first = np.flatnonzero(following >= 0)
    fixes = observed.fixes
    key = np.stack([fixes.at, fixes.east, fixes.north], axis=1)
    number = np.arange(following.size)
    begin, end = np.searchsorted(fixes.order, number), np.searchsorted(fixes.order, number, "right")
    have = []
    for one, other in zip(first, following[first], strict=True):
        mine = {tuple(row) for row in key[begin[one] : end[one]].tolist()}
        theirs = {tuple(row) for row in key[begin[other] : end[other]].tolist()}
        have.append(bool(mine & theirs))
    return share(np.array(have, dtype=bool))


def second_door_minutes(observed: Observed) -> float | None:
    """Return the median of minutes between the two deliveries of pairs that left together."""
    if _by_chance(observed):
        return None
    following = _shared_with(observed)
    first = np.flatnonzero(following >= 0)
    delivered = observed.orders.delivered
    return median(np.abs(elapsed_minutes(delivered[first], delivered[following[first]])))


STATISTICS = (
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
