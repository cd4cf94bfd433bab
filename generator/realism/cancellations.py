"""Point 2: some orders end without a delivery, for reasons that depend on the hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from common.reference_data import read_reference
from generator.realism.numbers import share
from generator.realism.observed import HOURS_PER_DAY
from generator.realism.statistic import OWN_TARGET, Statistic, Trust

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.realism.observed import Observed

_DAYPARTS = (4.0, 11.0, 14.0, 17.0, 21.0, 28.0)
_FEWEST = 200


def cancelled_share(observed: Observed) -> float | None:
    """Return the share of orders that were cancelled."""
    return share(np.isfinite(observed.orders.cancelled))


def no_courier_share(observed: Observed) -> float | None:
    """Return the share of orders that no courier took."""
    if not np.isfinite(observed.orders.cancelled).any():
        return None
    return share(observed.orders.reason == "no_courier")


def rarest_cause(observed: Observed) -> float | None:
    """Return the share of cancellations of the rarest known cause."""
    counts = _causes_by_daypart(observed).sum(axis=1)
    return float(counts.min() / counts.sum()) if counts.sum() else None


def causes_by_hour(observed: Observed) -> float | None:
    """Return chi-square per degree of freedom of causes against parts of the day; 1 is chance."""
    table = _causes_by_daypart(observed)
    table = table[table.sum(axis=1) > 0][:, table.sum(axis=0) > 0]
    if table.sum() < _FEWEST or min(table.shape) == 1:
        return None
    expected = np.outer(table.sum(axis=1), table.sum(axis=0)) / table.sum()
    freedom = (table.shape[0] - 1) * (table.shape[1] - 1)
    return float(((table - expected) ** 2 / expected).sum() / freedom)


def cancelled_by_hour(observed: Observed) -> float | None:
    """Return the largest share cancelled of a part of the day, relative to the smallest."""
    cancelled = np.isfinite(observed.orders.cancelled)
    if cancelled.sum() < _FEWEST:
        return None
    part = _daypart(observed)
    shares = np.array([cancelled[part == each].mean() for each in np.unique(part)])
    return float(shares.max() / shares.min()) if shares.min() > 0 else None


def _daypart(observed: Observed) -> NDArray[np.int64]:
    hour = np.where(observed.hour < _DAYPARTS[0], observed.hour + HOURS_PER_DAY, observed.hour)
    return np.digitize(hour, _DAYPARTS[1:-1])


def _causes_by_daypart(observed: Observed) -> NDArray[np.float64]:
    part = _daypart(observed)
    causes = [row["cancellation_reason"] for row in read_reference("cancellation_reasons")]
    return np.array(
        [
            np.bincount(part[observed.orders.reason == cause], minlength=len(_DAYPARTS) - 1)
            for cause in causes
        ],
        dtype=float,
    )


STATISTICS = (
    Statistic(
        2, "orders cancelled", "share", 0.02, 0.04,
        OWN_TARGET + "; Delhi kitchen operator: 0.9 % not delivered", Trust.TARGET, cancelled_share,
    ),
    Statistic(
        2, "orders that no courier took", "share", 0.001, 0.015,
        "Wu et al., KDD 2022: 0.55 %", Trust.PRIMARY, no_courier_share,
    ),
    Statistic(
        2, "rarest of the four causes, of the cancelled", "share", 0.03, 0.25,
        OWN_TARGET + ": each cause occurs", Trust.TARGET, rarest_cause,
    ),
    Statistic(
        2, "causes against parts of the day, chi-square per degree of freedom", "times", 1.3, 60.0,
        OWN_TARGET + ": by cause and hour", Trust.TARGET, causes_by_hour,
    ),
    Statistic(
        2, "share cancelled in the worst part of the day against the best", "times", 1.15, 6.0,
        OWN_TARGET + ": by hour", Trust.TARGET, cancelled_by_hour,
    ),
)  # fmt: skip
