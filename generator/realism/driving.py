"""Which fixes are of driving, for the points that need it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.realism.observed import Observed

METRES_PER_SECOND_PER_MPH = 0.44704
AT_THE_DOOR_M = 80.0
"""A driver who is nearer to the door than this has arrived: parked, or a bad fix among towers."""


def on_the_way(observed: Observed) -> NDArray[np.bool_]:
    """Return which pairs of fixes are of driving: not at the door."""
    pairs = observed.pairs
    driving: NDArray[np.bool_] = (
        np.isfinite(pairs.driven_m)
        & (pairs.seconds > 0)
        & (pairs.driven_m >= 0)
        & (observed.metres_to_door[pairs.second] > AT_THE_DOOR_M)
    )
    return driving
