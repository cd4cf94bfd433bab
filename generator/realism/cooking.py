"""Point 10: what is in the basket decides how long it cooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from generator.realism.numbers import rank_correlation
from generator.realism.observed import PEAK_HOURS, QUIET_HOURS, elapsed_minutes
from generator.realism.statistic import Statistic, Trust

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.realism.observed import Observed

_FEWEST = 200
_FEWEST_OF_A_SIZE = 20
_FEWEST_SIZES = 3
_MOST_LINES = 8


def _cooked(observed: Observed) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return lines and cooking minutes of orders of one brand.

    An order of several brands takes as long as the slowest, whatever the number of lines.
    """
    minutes = elapsed_minutes(observed.orders.started, observed.orders.finished)
    lines = observed.lines
    changes = np.diff(lines.brand) != 0
    several = lines.order[1:][changes & (np.diff(lines.order) == 0)]
    one_brand = observed.lines_of_order > 0
    one_brand[several] = False
    known = one_brand & (minutes > 0)
    return observed.lines_of_order[known], minutes[known]


def cooking_medians(observed: Observed) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return numbers of lines, and the median cooking minutes of orders with so many."""
    lines, minutes = _cooked(observed)
    sizes = [n for n in range(1, _MOST_LINES + 1) if (lines == n).sum() >= _FEWEST_OF_A_SIZE]
    medians = [float(np.median(minutes[lines == n])) for n in sizes]
    return np.array(sizes, dtype=float), np.array(medians)


def cooking_slope(observed: Observed) -> float | None:
    """Return the power of the number of lines with which cooking minutes grow."""
    sizes, medians = cooking_medians(observed)
    if sizes.size < _FEWEST_SIZES:
        return None
    return float(np.polyfit(np.log(sizes), np.log(medians), 1)[0])


def cooking_correlation(observed: Observed) -> float | None:
    """Return the rank correlation of lines and cooking minutes, of orders of one brand."""
    lines, minutes = _cooked(observed)
    if lines.size < _FEWEST:
        return None
    return rank_correlation(lines, minutes)


def cooking_spread(observed: Observed) -> float | None:
    """Return the deviation of the logarithm of minutes from order to bag."""
    minutes = elapsed_minutes(observed.orders.created, observed.orders.ready)
    known = minutes[minutes > 0]
    return float(np.log(known).std()) if known.size >= _FEWEST else None


def cooking_at_peaks(observed: Observed) -> float | None:
    """Return the median minutes from order to bag at lunch and dinner against quiet hours."""
    minutes = elapsed_minutes(observed.orders.created, observed.orders.ready)
    hour = observed.hour.astype(int)
    peak = minutes[np.isin(hour, PEAK_HOURS) & (minutes > 0)]
    quiet = minutes[np.isin(hour, QUIET_HOURS) & (minutes > 0)]
    if min(peak.size, quiet.size) < _FEWEST:
        return None
    return float(np.median(peak) / np.median(quiet))


STATISTICS = (
    Statistic(
        10, "power of the number of lines with which cooking grows", "power", 0.1, 0.45,
        "Deliveroo 2015: 0.25", Trust.MEASURED, cooking_slope,
    ),
    Statistic(
        10, "rank correlation of lines and cooking minutes", "correlation", 0.1, 0.6,
        "Deliveroo 2015: 0.19", Trust.MEASURED, cooking_correlation,
    ),
    Statistic(
        10, "minutes from order to bag, deviation of the logarithm", "log", 0.2, 0.8,
        "Deliveroo 2015: 0.71 over many restaurants", Trust.MEASURED, cooking_spread,
    ),
    Statistic(
        10, "minutes from order to bag, lunch and dinner against quiet hours", "times", 1.03, 2.0,
        "Deliveroo 2015: 14.2 min at 19 h, 12.8 at 14 h", Trust.MEASURED, cooking_at_peaks,
    ),
)  # fmt: skip
