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


def round_to_millis(microseconds: NDArray[np.float64]) -> NDArray[np.int64]:
    """Round to whole milliseconds; the result is in microseconds."""
    return np.rint(microseconds / 1000.0).astype(np.int64) * 1000


def draw_minutes(
    rng: Generator,
    duration: Minutes,
    orders: int,
    scale: float | NDArray[np.float64] = 1.0,
) -> NDArray[np.int64]:
    """Draw durations of exactly this mean and deviation.

    They are gamma distributed: never negative, with more that take long than that are quick, and
    with ends of their own, so that no value is cut off.

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
    minutes = draw_gamma(rng, duration.mean, duration.deviation, orders) * scale
    return np.rint(minutes * 60_000.0).astype(np.int64) * 1000


def draw_gamma(rng: Generator, mean: float, deviation: float, size: int) -> NDArray[np.float64]:
    """Draw gamma distributed numbers of this mean and deviation, shape (size,).

    Without deviation all are the mean, and with a mean of nothing all are nothing.
    """
    if mean <= 0.0 or deviation <= 0.0:
        return np.full(size, mean)
    return np.asarray(
        rng.standard_gamma((mean / deviation) ** 2, size) * (deviation * deviation / mean)
    )
