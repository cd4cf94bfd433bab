"""Arithmetic that several statistics need."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

_ENOUGH = 30


def share(condition: NDArray[np.bool_]) -> float | None:
    """Return in how many cases of all a condition holds; ``None`` if they are too few."""
    return float(condition.mean()) if condition.size >= _ENOUGH else None


def quantile(values: NDArray[np.float64], part: float) -> float | None:
    """Return a quantile of the values that are numbers; ``None`` if they are too few."""
    known = values[np.isfinite(values)]
    return float(np.quantile(known, part)) if known.size >= _ENOUGH else None


def median(values: NDArray[np.float64]) -> float | None:
    """Return the median of the values that are numbers; ``None`` if they are too few."""
    return quantile(values, 0.5)


def mean(values: NDArray[np.float64]) -> float | None:
    """Return the mean of the values that are numbers; ``None`` if they are too few."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size >= _ENOUGH else None


def mean_or_nan(values: NDArray[np.float64]) -> float:
    """Return the mean of the numbers among values, not-a-number if there are none."""
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")


def skewness(values: NDArray[np.float64]) -> float | None:
    """Return the skewness of all but the outermost thousandths, which single values would rule."""
    known = values[np.isfinite(values)]
    if known.size < _ENOUGH:
        return None
    low, high = np.quantile(known, [0.001, 0.999])
    kept = known[(known >= low) & (known <= high)]
    deviation = kept.std()
    return float(((kept - kept.mean()) ** 3).mean() / deviation**3) if deviation > 0 else None


def correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float | None:
    """Return the correlation of the pairs of which both are numbers."""
    known = np.isfinite(one) & np.isfinite(other)
    if known.sum() < _ENOUGH or one[known].std() == 0 or other[known].std() == 0:
        return None
    return float(np.corrcoef(one[known], other[known])[0, 1])


def rank_correlation(one: NDArray[np.float64], other: NDArray[np.float64]) -> float | None:
    """Return the correlation of the ranks of two columns of numbers."""
    return correlation(_ranks(one), _ranks(other))


def _ranks(values: NDArray[np.float64]) -> NDArray[np.float64]:
    _, row, count = np.unique(values, return_inverse=True, return_counts=True)
    ranks: NDArray[np.float64] = (np.cumsum(count) - (count - 1) / 2)[row]
    return ranks


def ratio(one: float | None, other: float | None) -> float | None:
    """Return one number divided by another; ``None`` if either is unknown or it is zero."""
    return None if one is None or other is None or other == 0 else one / other


def means_by(
    groups: NDArray[np.int64], values: NDArray[np.float64], size: int, *, least: int
) -> NDArray[np.float64]:
    """Return the mean value of each group from 0, not-a-number for those of few values."""
    known = np.isfinite(values)
    count = np.bincount(groups[known], minlength=size)
    total = np.bincount(groups[known], values[known], size)
    return np.where(count >= least, total / np.maximum(count, 1), np.nan)
