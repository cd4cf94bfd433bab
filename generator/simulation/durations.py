"""Random durations, in whole milliseconds.

Whole milliseconds hide the last digit of a float, in which processors may differ: the dataset is
the same to the byte everywhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from generator.configuration.kitchen_settings import Minutes

_SHORTEST_STEP_MIN = 0.25
_MAX_DEVIATIONS = 4.0


def round_to_millis(microseconds: NDArray[np.float64]) -> NDArray[np.int64]:
    """Round to whole milliseconds; the result is in microseconds."""
    return np.rint(microseconds / 1000.0).astype(np.int64) * 1000


def draw_minutes(
    rng: Generator,
    duration: Minutes,
    orders: int,
    scale: float | NDArray[np.float64] = 1.0,
) -> NDArray[np.int64]:
    """Draw normal durations, never below a quarter of a minute.

    Parameters
    ----------
    rng
        Random numbers of this kitchen-day.
    duration
        Mean and standard deviation, minutes.
    orders
        How many, N.
    scale
        Multiplies mean and standard deviation; one number or shape (N,).

    Returns
    -------
    Microseconds in whole milliseconds, shape (N,).
    """
    deviations = np.clip(rng.standard_normal(orders), -_MAX_DEVIATIONS, _MAX_DEVIATIONS)
    minutes = (duration.mean + duration.deviation * deviations) * scale
    millis = np.rint(np.maximum(minutes, _SHORTEST_STEP_MIN) * 60_000.0)
    return millis.astype(np.int64) * 1000
