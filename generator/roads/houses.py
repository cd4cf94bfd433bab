"""Doors and house numbers: the same rules for drawn and for real streets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

# Enough customers' addresses for any kitchen; if there are more, they are thinned out.
MAX_ADDRESSES = 10_000
# From the middle of the street to the door.
DOOR_M = 9.0
# Addresses are this near to the intersection that serves them.
MAX_FROM_INTERSECTION_M = 45.0
# On either side house numbers rise by two every this many metres.
_HOUSE_M = 9.0
_FIRST_NUMBER = 100


def house_number(metres: float, *, even: bool) -> int:
    """Return the number of a house by its distance along the street and its side."""
    return _FIRST_NUMBER + 2 * int(metres / _HOUSE_M) + (0 if even else 1)


def thinned_out(candidates: NDArray[np.int64], rng: np.random.Generator) -> NDArray[np.int64]:
    """Return the candidates, or ``MAX_ADDRESSES`` of them in the same order."""
    if len(candidates) <= MAX_ADDRESSES:
        return candidates
    return np.sort(rng.choice(candidates, MAX_ADDRESSES, replace=False))
