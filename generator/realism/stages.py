"""Points 1 and 15: minutes between steps have no spikes, and moments no digits that give away."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import pdtrik

from generator.realism.statistic import OWN_TARGET, Statistic, Trust

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.realism.observed import Observed

STAGES = (
    ("created", "started"),
    ("started", "finished"),
    ("finished", "ready"),
    ("ready", "picked_up"),
    ("picked_up", "delivered"),
)
"""The stages of an order: the steps at which they begin and end."""

_BIN = 10_000
_FEWEST = 200


def stage_microseconds(observed: Observed) -> list[NDArray[np.int64]]:
    """Return how long each stage took, for the orders that went through it."""
    stages = []
    for first, second in STAGES:
        took = getattr(observed.orders, second) - getattr(observed.orders, first)
        stages.append(took[np.isfinite(took)].astype(np.int64))
    return [stage for stage in stages if stage.size >= _FEWEST]


def most_common_value(observed: Observed) -> float | None:
    """Return how often the most common duration of a stage occurs, relative to chance.

    Chance is the largest count among so many values that are as dense as those around it. Where
    moments are whole seconds, those are counted instead of milliseconds.
    """
    unit = 1_000_000 if observed.whole_seconds else 1_000
    ratios = [peak_to_chance(stage // unit) for stage in stage_microseconds(observed)]
    return max(ratios, default=None)


def peak_to_chance(values: NDArray[np.int64]) -> float:
    """Return how often the most common value occurs, relative to the largest count by chance."""
    found, count = np.unique(values, return_counts=True)
    peak = int(count.argmax())
    others = values[values != found[peak]]
    if not others.size:
        return float(values.size)
    width = min(_BIN, max(int(np.quantile(values, 0.9) - np.quantile(values, 0.1)) // 10, 1))
    near = np.abs(others - found[peak]) <= width // 2
    density = max(near.sum(), 1) / (width + 1)
    spread = max(np.quantile(values, 0.99) - np.quantile(values, 0.01), 1.0)
    chance = max(float(np.ceil(pdtrik(1.0 - 0.5 / spread, density))), 1.0)
    return float(count[peak] / chance)


def at_whole_seconds(observed: Observed) -> float | None:
    """Return the share of stages that took whole seconds, to the millisecond."""
    if observed.whole_seconds:
        return None
    stages = stage_microseconds(observed)
    if not stages:
        return None
    every = np.concatenate(stages) // 1_000
    return float((every % 1_000 == 0).mean())


def at_the_limits(observed: Observed) -> float | None:
    """Return the largest share of a stage's durations that equal its shortest or its longest."""
    if observed.whole_seconds:
        return None
    shares = []
    for stage in stage_microseconds(observed):
        millis = stage // 1_000
        shares += [(millis == millis.min()).mean(), (millis == millis.max()).mean()]
    return float(max(shares)) if shares else None


def below_milliseconds(observed: Observed) -> float | None:
    """Return the share of events whose moment has digits below milliseconds."""
    return None if observed.digits is None else observed.digits.events


def one_fraction(observed: Observed) -> float | None:
    """Return the share of orders all of whose events share their digits below milliseconds."""
    return None if observed.digits is None else observed.digits.alike


STATISTICS = (
    Statistic(
        1, "most common duration of a stage, relative to chance", "times", 0.0, 3.0,
        OWN_TARGET + ": a few times more than chance", Trust.TARGET, most_common_value,
    ),
    Statistic(
        1, "stages of whole seconds to the millisecond", "share", 0.0, 0.003,
        "one in a thousand by chance", Trust.TARGET, at_whole_seconds,
    ),
    Statistic(
        1, "durations equal to the shortest or longest of their stage", "share", 0.0, 0.002,
        OWN_TARGET + ": distributions end by themselves", Trust.TARGET, at_the_limits,
    ),
    Statistic(
        15, "moments with digits below milliseconds", "share", 0.0, 0.0,
        OWN_TARGET + ": none", Trust.TARGET, below_milliseconds,
    ),
    Statistic(
        15, "orders whose events share their digits below milliseconds", "share", 0.0, 0.001,
        OWN_TARGET + ": none", Trust.TARGET, one_fraction,
    ),
)  # fmt: skip
