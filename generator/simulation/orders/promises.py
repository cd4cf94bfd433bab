"""What customers are told: minutes to the door when they order, and minutes of the drive."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# What is known of a queue is how long the orders waited that were placed so many before.
_KNOWN_AFTER, _KNOWN_ORDERS = 3, 10
# Queues come and go: only a part of what was is expected to last.
_BELIEVED = 0.6
# Somebody who is told too long a time orders elsewhere, but late food is worse: the promise adds
# this to what is expected.
_CAUTION, _CAUTION_MINUTES = 1.08, 2.5


def recent_mean(waits: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return how long orders waited that were placed a little earlier than each of N, (N,).

    Parameters
    ----------
    waits
        How long each waited, in the order in which they were placed, shape (N,).
    """
    sums = np.concatenate(([0.0], np.cumsum(waits, dtype=np.float64)))
    last = np.maximum(np.arange(waits.size) - _KNOWN_AFTER + 1, 0)
    first = np.maximum(last - _KNOWN_ORDERS, 0)
    return np.asarray(_BELIEVED * (sums[last] - sums[first]) / np.maximum(last - first, 1))


def promised_minutes(expected: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return whole minutes as they are promised, from what is expected, shape (N,)."""
    return np.ceil(_CAUTION * expected + _CAUTION_MINUTES)
