"""Points 9 and 10: baskets by occasion, and cooking that depends on them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from generator.realism.numbers import quantile, rank_correlation
from generator.realism.statistic import OWN_TARGET, Statistic, Trust

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.realism.observed import Observed

_FEWEST = 200
_FEWEST_OF_A_SIZE = 20
_MOST_LINES = 8
_PEAK_HOURS = (12, 18, 19)
_QUIET_HOURS = (10, 14, 15, 16, 22)


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
    count = np.bincount(lines, minlength=_MOST_LINES)[2:_MOST_LINES]
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


def value_by_hour(observed: Observed) -> float | None:
    """Return the median value of the hour with the largest orders against that of the smallest."""
    value, hour = observed.value_of_order, observed.hour.astype(int)
    medians = [
        np.median(value[chosen])
        for each in range(24)
        if (chosen := (hour == each) & (value > 0)).sum() >= _FEWEST
    ]
    return float(max(medians) / min(medians)) if len(medians) > 1 else None


def _cooked(observed: Observed) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return lines and cooking minutes of orders of one brand.

    An order of several brands takes as long as the slowest, whatever the number of lines.
    """
    minutes = (observed.orders.finished - observed.orders.started) / 60e6
    brands = np.unique(np.stack([observed.lines.order, observed.lines.brand]), axis=1)[0]
    one_brand = np.bincount(brands, minlength=minutes.size) == 1
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
    if sizes.size < 3:
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
    minutes = (observed.orders.ready - observed.orders.created) / 60e6
    known = minutes[minutes > 0]
    return float(np.log(known).std()) if known.size >= _FEWEST else None


def cooking_at_peaks(observed: Observed) -> float | None:
    """Return the median minutes from order to bag at lunch and dinner against quiet hours."""
    minutes = (observed.orders.ready - observed.orders.created) / 60e6
    hour = observed.hour.astype(int)
    peak = minutes[np.isin(hour, _PEAK_HOURS) & (minutes > 0)]
    quiet = minutes[np.isin(hour, _QUIET_HOURS) & (minutes > 0)]
    if min(peak.size, quiet.size) < _FEWEST:
        return None
    return float(np.median(peak) / np.median(quiet))


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
