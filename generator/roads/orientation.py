"""The orientation of streets as Boeing (2019) measures it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import entr

if TYPE_CHECKING:
    from numpy.typing import NDArray

NUM_BINS = 36


def orientation_entropy(dx: NDArray[np.float64], dy: NDArray[np.float64]) -> float:
    """Return the entropy of the bearings of streets that lead ``dx`` east and ``dy`` north, nats.

    Bearings both ways in 36 bins, the first centred on north, as `osmnx.orientation_entropy` has
    them; that one needs a graph, and importing osmnx takes as long as drawing all cities.
    """
    bearing = np.rad2deg(np.arctan2(dx, dy))
    both = np.concatenate([bearing, bearing + 180.0])
    width = 360.0 / NUM_BINS
    number = ((both + width / 2) % 360.0 / width).astype(np.int64) % NUM_BINS
    share = np.bincount(number, minlength=NUM_BINS) / len(both)
    return float(entr(share).sum())


def orientation_order(entropy: float) -> float:
    """Return phi: 1 is one grid, 0 is every direction alike."""
    one_grid = np.log(4.0)
    return 1.0 - float(((entropy - one_grid) / (np.log(NUM_BINS) - one_grid)) ** 2)
