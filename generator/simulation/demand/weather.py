"""What the weather of a day does: people order more, and drive more slowly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from common.time_units import MINUTES_PER_DAY

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from generator.catalogue.records import WeatherDay

# More orders at full intensity (Ele.me in three cities: a fifth or more on bad days).
_ORDERS_IN_RAIN, _ORDERS_IN_SNOW = 0.20, 0.28
# Longer drives at full intensity (FHWA: streets are a tenth to a quarter slower in the wet, a
# third or more in snow).
_DRIVES_IN_RAIN, _DRIVES_IN_SNOW = 0.22, 0.45
_SNOW_AT_C = 1.0
# From drizzle to this much in an hour; more makes no difference.
_HEAVY_MM = 2.5
_DRIZZLE = 0.4
_HALF_HOUR = 0.5
_HOUR = (np.arange(MINUTES_PER_DAY) + 0.5) / 60.0


def weather_on(weather: Sequence[WeatherDay], day: int) -> WeatherDay | None:
    """Return the weather of a day; what is known repeats, and nothing known is a dry day."""
    return weather[day % len(weather)] if weather else None


def intensity(weather: WeatherDay | None) -> NDArray[np.float64]:
    """Return how hard it rains or snows in each minute, from 0 to 1, shape (1440,)."""
    if weather is None or weather.starts_hour is None or weather.ends_hour is None:
        return np.zeros(MINUTES_PER_DAY)
    begin, end = float(weather.starts_hour), float(weather.ends_hour)
    an_hour = weather.precipitation_mm / max(end - begin, _HALF_HOUR)
    most = _DRIZZLE + (1.0 - _DRIZZLE) * min(1.0, an_hour / _HEAVY_MM)
    # It begins and ends within half an hour, not from one minute to the next.
    hours = [begin - _HALF_HOUR, begin, end, end + _HALF_HOUR]
    return np.asarray(np.interp(_HOUR, hours, [0.0, most, most, 0.0]))


def order_factors(weather: WeatherDay | None) -> NDArray[np.float64]:
    """Return the orders of each minute relative to dry weather, shape (1440,)."""
    more = _ORDERS_IN_SNOW if snows(weather) else _ORDERS_IN_RAIN
    return 1.0 + more * intensity(weather)


def drive_factors(weather: WeatherDay | None) -> NDArray[np.float64]:
    """Return the length of drives in each minute relative to dry weather, shape (1440,)."""
    longer = _DRIVES_IN_SNOW if snows(weather) else _DRIVES_IN_RAIN
    return 1.0 + longer * intensity(weather)


def snows(weather: WeatherDay | None) -> bool:
    """Return whether what falls on a day is snow."""
    return weather is not None and weather.high_c <= _SNOW_AT_C
