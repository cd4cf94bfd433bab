"""What days and hours have in common: noise that its neighbours share.

Each shock is a moving average of finitely many independent draws, each with a counter of its own.
So a day knows the noise of the days before it without being told, and stays a pure function of
seed, kitchen and day.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from common.rng import Purpose, make_rng

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

_DAYS = 6
_FADING = 0.75
# Part of a day's shock that all kitchens share: what is on television, when wages are paid.
_SHARED = 0.7
# Stands for all kitchens together.
_EVERYWHERE = 0
_HOURS_A_DAY = 24
_HOURS = 4
_HOUR_WEIGHTS = np.array([0.8**lag for lag in range(_HOURS)])


def day_shock(seed: int, location_id: int, day: int) -> float:
    """Return the shock of a day, mean 0 and variance 1, alike on neighbouring days and kitchens."""
    weights = np.array([_FADING**lag for lag in range(_DAYS)])
    weights /= np.sqrt((weights**2).sum())
    # The first days have days before them, too.
    days = [day + _DAYS - lag for lag in range(_DAYS)]
    here, everywhere = (
        np.array([_drawn(seed, place, each) for each in days])
        for place in (location_id, _EVERYWHERE)
    )
    mixed = np.sqrt(1.0 - _SHARED) * here + np.sqrt(_SHARED) * everywhere
    return float((weights * mixed).sum())


@lru_cache(maxsize=1024)
def _drawn(seed: int, location_id: int, day: int) -> float:
    return float(make_rng(seed, location_id, day, Purpose.SHOCKS).standard_normal())


def hour_shocks(rng: Generator) -> NDArray[np.float64]:
    """Return the shocks of a day at its full hours, 0 to 24, mean 0 and variance 1, (25,).

    Neighbouring hours are alike.
    """
    drawn = rng.standard_normal(_HOURS_A_DAY + _HOURS)
    weights = _HOUR_WEIGHTS / np.sqrt((_HOUR_WEIGHTS**2).sum())
    return np.convolve(drawn, weights, mode="valid")
