"""How much longer a drive takes than at mean speed: by city, weekday, hour and weather."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from common.time_units import MINUTES_PER_DAY, SATURDAY
from generator.simulation.demand.shocks import hour_shocks
from generator.simulation.demand.weather import drive_factors

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from generator.catalogue.records import WeatherDay
    from generator.world.streets import Traffic

_MINUTE = (np.arange(MINUTES_PER_DAY) + 0.5) / 60.0
_KNOTS = np.array([0, 3, 5, 6.5, 8, 9.5, 11, 12.5, 14, 15.5, 17.5, 19, 20.5, 22, 24.0])
_WORKDAY = np.array(
    [0.86, 0.80, 0.82, 0.97, 1.20, 1.06, 0.98, 1.04, 1.00, 1.12, 1.30, 1.12, 0.98, 0.92, 0.86]
)
_WEEKEND = np.array(
    [0.90, 0.84, 0.80, 0.82, 0.88, 0.95, 1.03, 1.10, 1.10, 1.08, 1.10, 1.06, 1.00, 0.97, 0.90]
)
_SHOCK = 0.078
_LEAST = 0.5


@lru_cache(maxsize=64)
def usual_traffic(traffic: Traffic, weekday: int) -> NDArray[np.float64]:
    """Return the length of drives in each minute of a weekday relative to mean speed, (1440,)."""
    knots = _WEEKEND if weekday >= SATURDAY else _WORKDAY
    factors = traffic.level * (1.0 + traffic.swing * (_smooth(knots) - 1.0))
    factors.flags.writeable = False
    return factors


def expected_traffic(
    traffic: Traffic, weekday: int, weather: WeatherDay | None
) -> NDArray[np.float64]:
    """Return what everybody expects of a day who knows its weather, shape (1440,)."""
    return np.asarray(usual_traffic(traffic, weekday) * drive_factors(weather))


def draw_traffic(rng: Generator, expected: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how it turns out: neighbouring hours share their delays, shape (1440,)."""
    shocks = hour_shocks(rng)
    factors = 1.0 + _SHOCK * np.interp(_MINUTE, np.arange(shocks.size), shocks)
    return np.asarray(expected * np.maximum(factors, _LEAST))


def _smooth(knots: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return a curve through knots without corners, by cubic steps between them."""
    place = np.clip(np.searchsorted(_KNOTS, _MINUTE, side="right") - 1, 0, _KNOTS.size - 2)
    part = (_MINUTE - _KNOTS[place]) / (_KNOTS[place + 1] - _KNOTS[place])
    part = part * part * (3.0 - 2.0 * part)
    return np.asarray(knots[place] + part * (knots[place + 1] - knots[place]))
