"""Point 9: baskets by occasion, from one dish for one to an office."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from generator.realism.numbers import quantile
from generator.realism.observed import HOURS_PER_DAY
from generator.realism.statistic import OWN_TARGET, Statistic, Trust

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.realism.observed import Observed

_FEWEST = 200
_FIRST_LINES, _LAST_LINES = 2, 7


def _filled(observed: Observed) -> NDArray[np.bool_]:
    filled: NDArray[np.bool_] = observed.lines_of_order > 0
    return filled


def mean_pieces(observed: Observed) -> float | None:
    """Return the mean of pieces per order."""
    pieces = observed.pieces_of_order[_filled(observed)]
    return float(pieces.mean()) if pieces.size >= _FEWEST else None


def pieces_variation(observed: Observed) -> float | None:
    """Return the deviation of pieces per order over their mean."""
    pieces = observed.pieces_of_order[_filled(observed)]
    return float(pieces.std() / pieces.mean()) if pieces.size >= _FEWEST else None


def steepest_drop(observed: Observed) -> float | None:
    """Return the lowest share of orders with a line more, relative to those with a line fewer."""
    lines = observed.lines_of_order[_filled(observed)].astype(int)
    if lines.size < _FEWEST:
        return None
    count = np.bincount(lines, minlength=_LAST_LINES + 1)[_FIRST_LINES : _LAST_LINES + 1]
    return float((count[1:] / np.maximum(count[:-1], 1)).min())


def evenness(observed: Observed) -> float | None:
    """Return the share of orders with three lines relative to those with two."""
    lines = observed.lines_of_order[_filled(observed)].astype(int)
    count = np.bincount(lines, minlength=4)
    return float(count[3] / count[2]) if lines.size >= _FEWEST and count[2] else None


def large_baskets(observed: Observed) -> float | None:
    """Return the pieces that one order in a hundred exceeds."""
    return quantile(observed.pieces_of_order[_filled(observed)], 0.99)


def value_spread(observed: Observed) -> float | None:
    """Return the deviation of the logarithm of order values."""
    value = observed.value_of_order
    known = value[value > 0]
    return float(np.log(known).std()) if known.size >= _FEWEST else None


def value_of_hours(observed: Observed) -> NDArray[np.float64]:
    """Return the median value by hour of the day, not-a-number for hours of few orders."""
    value, hour = observed.value_of_order, observed.hour.astype(int)
    medians = np.full(HOURS_PER_DAY, np.nan)
    for each in range(HOURS_PER_DAY):
        chosen = (hour == each) & (value > 0)
        if chosen.sum() >= _FEWEST:
            medians[each] = np.median(value[chosen])
    return medians


def value_by_hour(observed: Observed) -> float | None:
    """Return the median value of the hour with the largest orders against that of the smallest."""
    medians = value_of_hours(observed)
    known = medians[np.isfinite(medians)]
    return float(known.max() / known.min()) if known.size > 1 else None


STATISTICS = (
    Statistic(
        9, "pieces per order, mean", "pieces", 2.2, 5.0,
        "DoorDash 2015: 3.20; Deliveroo 2015: 4.02", Trust.PRIMARY, mean_pieces,
    ),
    Statistic(
        9, "pieces per order, deviation over mean", "times", 0.5, 1.1,
        "Deliveroo 2015: 0.58; DoorDash 2015: 0.83", Trust.PRIMARY, pieces_variation,
    ),
    Statistic(
        9, "steepest drop from one number of lines to the next, 2 to 7", "times", 0.3, 1.0,
        OWN_TARGET + ": no cliff", Trust.TARGET, steepest_drop,
    ),
    Statistic(
        9, "orders of three lines against two", "times", 0.35, 0.93,
        "DoorDash 2015: quartiles of items 2, 3 and 4; " + OWN_TARGET + ": not uniform",
        Trust.TARGET, evenness,
    ),
    Statistic(
        9, "pieces that one order in a hundred exceeds", "pieces", 9.0, 40.0,
        "DoorDash 2015: p99 of the total is 6.5 times the median", Trust.MEASURED, large_baskets,
    ),
    Statistic(
        9, "value of orders, deviation of the logarithm", "log", 0.45, 0.8,
        "DoorDash 2015: 0.61", Trust.MEASURED, value_spread,
    ),
    Statistic(
        9, "median value, largest hour against smallest", "times", 1.12, 2.5,
        "DoorDash 2015: $68 at 10 h, $30 at 12 h, scheduled group orders included",
        Trust.MEASURED, value_by_hour,
    ),
)  # fmt: skip
