"""Point 12: promises are made from what is known, and err to the late side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from generator.realism.numbers import median, ratio, share, skewness
from generator.realism.observed import HOURS_PER_DAY, PEAK_HOURS, elapsed_minutes
from generator.realism.statistic import OWN_TARGET, Statistic, Trust

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.realism.observed import Observed

_FEWEST_OF_AN_HOUR = 200


def minutes_late(observed: Observed) -> NDArray[np.float64]:
    """Return minutes from the promised to the actual delivery, not-a-number without a promise."""
    orders = observed.orders
    late: NDArray[np.float64] = elapsed_minutes(orders.created, orders.delivered) - orders.promised
    return late


def on_time(observed: Observed) -> float | None:
    """Return the share of orders delivered within the promise."""
    late = minutes_late(observed)
    return share(late[np.isfinite(late)] <= 0)


def usual_error(observed: Observed) -> float | None:
    """Return the median of minutes late."""
    return median(minutes_late(observed))


def error_skewness(observed: Observed) -> float | None:
    """Return the skewness of minutes late."""
    return skewness(minutes_late(observed))


def late_at_peaks(observed: Observed) -> float | None:
    """Return the share late of orders at lunch and dinner against all others."""
    late = minutes_late(observed)
    known = np.isfinite(late)
    peak = np.isin(observed.hour.astype(int), PEAK_HOURS)
    return ratio(share(late[known & peak] > 0), share(late[known & ~peak] > 0))


def drive_errors(observed: Observed) -> NDArray[np.float64]:
    """Return how much longer each drive took than expected, relative to that."""
    orders = observed.orders
    minutes = elapsed_minutes(orders.picked_up, orders.delivered)
    error: NDArray[np.float64] = (minutes - orders.eta) / np.where(orders.eta > 0, orders.eta, 1.0)
    return error


def drive_skewness(observed: Observed) -> float | None:
    """Return the skewness of how much longer drives took than expected, relative to that."""
    return skewness(drive_errors(observed))


def drive_error(observed: Observed) -> float | None:
    """Return the median of how much longer drives took than expected, relative to that."""
    return median(drive_errors(observed))


def door_skewness(observed: Observed) -> float | None:
    """Return the skewness of minutes from order to door."""
    return skewness(elapsed_minutes(observed.orders.created, observed.orders.delivered))


def door_spread(observed: Observed) -> float | None:
    """Return the deviation of the logarithm of minutes from order to door."""
    minutes = elapsed_minutes(observed.orders.created, observed.orders.delivered)
    known = minutes[minutes > 0]
    return float(np.log(known).std()) if known.size else None


def slowest_hour(observed: Observed) -> float | None:
    """Return the median minutes from order to door of the slowest hour against the fastest."""
    minutes = elapsed_minutes(observed.orders.created, observed.orders.delivered)
    hour = observed.hour.astype(int)
    medians = [
        np.median(minutes[chosen])
        for each in range(HOURS_PER_DAY)
        if (chosen := (hour == each) & np.isfinite(minutes)).sum() >= _FEWEST_OF_AN_HOUR
    ]
    return float(max(medians) / min(medians)) if len(medians) > 1 else None


STATISTICS = (
    Statistic(
        12, "orders on time or early", "share", 0.6, 0.95,
        "US shops 2024: 72 % early; 2019: 92 % on time; China: 83 %", Trust.SECOND_HAND, on_time,
    ),
    Statistic(
        12, "minutes late, median", "min", -15.0, 1.0,
        "US shops 2024: early by 12.5 min on average", Trust.SECOND_HAND, usual_error,
    ),
    Statistic(
        12, "minutes late, skewness", "skewness", 0.4, 4.0,
        OWN_TARGET + ": right-skewed", Trust.TARGET, error_skewness,
    ),
    Statistic(
        12, "share late at lunch and dinner against other hours", "times", 1.05, 5.0,
        OWN_TARGET + ": worse at peaks", Trust.TARGET, late_at_peaks,
    ),
    Statistic(
        12, "drive against expected drive, skewness", "skewness", 0.4, 6.0,
        OWN_TARGET + ": right-skewed", Trust.TARGET, drive_skewness,
    ),
    Statistic(
        12, "drive against expected drive, median of what it took longer", "share", -0.1, 0.6,
        OWN_TARGET + ": expected from what is known then", Trust.TARGET, drive_error,
    ),
    Statistic(
        12, "minutes from order to door, slowest hour against fastest", "times", 1.08, 1.7,
        "DoorDash 2015: 50 min at 11 h, 36 at 21 h", Trust.MEASURED, slowest_hour,
    ),
    Statistic(
        12, "minutes from order to door, deviation of the logarithm", "log", 0.2, 0.5,
        "DoorDash 2015: 0.33", Trust.MEASURED, door_spread,
    ),
    Statistic(
        12, "minutes from order to door, skewness", "skewness", 0.5, 2.5,
        "DoorDash 2015: 1.26", Trust.MEASURED, door_skewness,
    ),
)  # fmt: skip
