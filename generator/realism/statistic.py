"""What a statistic is: a number of a dataset, the band it should be in, and who says so."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from generator.realism.observed import Observed


class Trust(Enum):
    """How far to trust a published figure; not whether it fits these kitchens."""

    MEASURED = "A"
    PRIMARY = "B"
    SECOND_HAND = "C"
    WEAK = "D"
    TARGET = "-"


TRUST_IN_WORDS = {
    Trust.MEASURED: "computed from a file of real deliveries",
    Trust.PRIMARY: "read in a primary source",
    Trust.SECOND_HAND: "second-hand, a survey or a vendor",
    Trust.WEAK: "direction only",
    Trust.TARGET: "no published figure: this project's own target",
}


class Verdict(Enum):
    """Where a value lies."""

    INSIDE = "inside"
    OUTSIDE = "outside"
    UNKNOWN = "not in this dataset"


@dataclass(frozen=True)
class Statistic:
    """A number that a dataset of real deliveries has within a band.

    Attributes
    ----------
    point
        Number of the chapter it belongs to, a key of `POINTS`.
    name
        What it is, in words that are unique among statistics.
    unit
        Of the value and of the band.
    low, high
        The band, both ends included.
    source
        Where the band comes from.
    trust
        How far to trust that source.
    measure
        Computes the value; ``None`` where the dataset cannot tell.
    """

    point: int
    name: str
    unit: str
    low: float
    high: float
    source: str
    trust: Trust
    measure: Callable[[Observed], float | None]


@dataclass(frozen=True)
class Measurement:
    """What a statistic is in one dataset.

    Attributes
    ----------
    statistic
        What was measured.
    value
        ``None`` where the dataset cannot tell.
    """

    statistic: Statistic
    value: float | None

    @property
    def verdict(self) -> Verdict:
        """Return whether the value is within the band."""
        if self.value is None:
            return Verdict.UNKNOWN
        inside = self.statistic.low <= self.value <= self.statistic.high
        return Verdict.INSIDE if inside else Verdict.OUTSIDE


def measure(statistic: Statistic, observed: Observed) -> Measurement:
    """Compute a statistic of a dataset."""
    value = statistic.measure(observed)
    if value is not None and not math.isfinite(value):
        value = None
    return Measurement(statistic, None if value is None else float(value))


OWN_TARGET = "the project's own target"
