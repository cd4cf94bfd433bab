"""At which minutes of a day people order: the rates of a quiet day, and the peaks on top."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from common.time_units import MINUTES_PER_DAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

CLOSED_HOURS = (3, 4)
"""Every business rests and is cleaned then: all work is done by the end, and begins from zero."""

FULL_HOURS = 25
"""Midnight at both ends."""


@dataclass(frozen=True, slots=True)
class Peak:
    """A peak: from ``start_hour`` to ``end_hour`` the mean rate is ``multiplier`` times off-peak.

    An ``end_hour`` beyond 24 runs on after midnight.
    """

    start_hour: float
    end_hour: float
    multiplier: float


def minute_weights(peaks: Sequence[Peak], off_peak_rates: Sequence[float]) -> NDArray[np.float64]:
    """Return the share of a day's orders that falls into each minute, shape (1440,), sum 1.

    Peaks are smooth (zero slope at both ends) and scaled so that the mean over a peak is exactly
    ``multiplier`` times the mean over all minutes outside every peak, the night included.

    Parameters
    ----------
    peaks
        The peaks of the day.
    off_peak_rates
        Rate at each full hour without peaks, joined by straight lines, 25 of them.

    Raises
    ------
    ValueError
        If nobody could order, or fewer than nobody would in some minutes.
    """
    # Polynomials and sums only: sines differ in the last digit between processors, and the
    # dataset has the same bytes everywhere.
    hour = (np.arange(MINUTES_PER_DAY) + 0.5) / 60.0
    weights: NDArray[np.float64] = np.interp(hour, np.arange(FULL_HOURS), off_peak_rates)
    closed = (hour > CLOSED_HOURS[0]) & (hour < CLOSED_HOURS[1])
    weights[closed] = 0.0

    within = [((hour - peak.start_hour) % 24.0) < peak.end_hour - peak.start_hour for peak in peaks]
    off_peak = ~np.any(within, axis=0) if within else np.ones(MINUTES_PER_DAY, dtype=bool)
    off_peak_mean = weights[off_peak].mean() if off_peak.any() else 0.0
    for peak, minutes in zip(peaks, within, strict=True):
        if (minutes & closed).any():
            raise ValueError(
                f"the peak from {peak.start_hour:g} to {peak.end_hour:g} covers the hour from "
                f"{CLOSED_HOURS[0]} to {CLOSED_HOURS[1]}, in which every business rests"
            )
        position = ((hour[minutes] - peak.start_hour) % 24.0) / (peak.end_hour - peak.start_hour)
        bump = (position * (1.0 - position)) ** 2
        missing = peak.multiplier * off_peak_mean - weights[minutes].mean()
        weights[minutes] += bump * (missing / bump.mean())
        if weights[minutes].min() < 0.0:
            raise ValueError(
                f"the peak from {peak.start_hour:g} to {peak.end_hour:g} is none: its multiplier "
                "makes these hours emptier than off_peak_rates does; raise one or lower the other"
            )
    total = weights.sum()
    if total <= 0.0:
        raise ValueError("off_peak_rates are 0 wherever there is no peak, so nobody could order")
    weights /= total
    return weights


def week_weights(
    week: Sequence[Sequence[Peak]], off_peak_rates: Sequence[float]
) -> NDArray[np.float64]:
    """Return `minute_weights` of each weekday's peaks, Monday first, shape (7, 1440)."""
    return np.stack([minute_weights(peaks, off_peak_rates) for peaks in week])
