"""Days of the calendar on which people order more or less than usual, and when."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from common.time_units import MINUTES_PER_DAY

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from generator.world.demand import Demand, SpecialDay


def special_day_factors(demand: Demand, on: date) -> NDArray[np.float64]:
    """Return the orders of each minute of a day relative to a usual one, shape (1440,)."""
    return _factors(demand.special_day(on))


@lru_cache(maxsize=32)
def _factors(special: SpecialDay | None) -> NDArray[np.float64]:
    factors = np.ones(MINUTES_PER_DAY)
    if special is not None:
        factors[int(special.start_hour * 60) : int(special.end_hour * 60)] = special.factor
    factors.flags.writeable = False
    return factors
