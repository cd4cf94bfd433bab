"""Rain and snow: more orders, slower drives, and nothing of it on a dry day."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from generator.catalogue.records import WeatherDay
from generator.simulation.delivery.traffic import expected_traffic, usual_traffic
from generator.simulation.demand.weather import (
    drive_factors,
    intensity,
    order_factors,
    snows,
    weather_on,
)
from generator.simulation.orders.placed_orders import choose
from generator.world.trade import usual_trade

if TYPE_CHECKING:
    from collections.abc import Callable

    from generator.simulation.prepared_kitchen import Kitchen

STREETS = usual_trade().streets
SAN_FRANCISCO = STREETS.of("sf")
DRY = WeatherDay(1, 0, 15.0, 9.0, 0.0, None, None)
RAIN = WeatherDay(1, 1, 12.0, 8.0, 30.0, 16, 22)
DRIZZLE = WeatherDay(1, 2, 12.0, 8.0, 0.5, 16, 22)
SNOW = WeatherDay(1, 3, 0.0, -5.0, 60.0, 0, 24)


def test_it_rains_in_its_hours_and_begins_within_half_an_hour() -> None:
    rain = intensity(RAIN)
    assert rain[: 15 * 60].max() == rain[23 * 60 :].max() == 0.0
    assert rain[18 * 60] == 1.0
    assert 0.0 < rain[15 * 60 + 45] < 1.0
    assert 0.0 < intensity(DRIZZLE)[18 * 60] < 0.6
    assert intensity(DRY).max() == intensity(None).max() == 0.0


def test_bad_weather_brings_orders_and_slows_drives() -> None:
    evening = 18 * 60
    for weather, more, slower in ((RAIN, 1.1, 1.15), (SNOW, 1.2, 1.3)):
        assert order_factors(weather)[evening] > more
        assert drive_factors(weather)[evening] > slower
        assert (
            expected_traffic(SAN_FRANCISCO, 0, weather)[evening]
            > usual_traffic(SAN_FRANCISCO, 0)[evening]
        )
    assert set(order_factors(DRY).tolist()) == set(drive_factors(None).tolist()) == {1.0}
    assert [snows(each) for each in (DRY, RAIN, SNOW, None)] == [False, False, True, False]


def test_weather_repeats_and_may_be_missing() -> None:
    days = (DRY, RAIN, DRIZZLE)
    assert [weather_on(days, day) for day in (0, 1, 4, 5)] == [DRY, RAIN, RAIN, DRIZZLE]
    assert weather_on((), 7) is None


def test_traffic_has_no_steps_and_is_another_in_each_city_and_at_weekends() -> None:
    codes = ("sf", "sv", "bellevue", "chicago", "elsewhere")
    cities = [usual_traffic(STREETS.of(code), 0) for code in codes]
    for traffic in cities:
        assert np.abs(np.diff(traffic)).max() < 0.006
        assert traffic[17 * 60 + 30] > 1.1 * traffic[3 * 60]
    assert len({round(float(traffic[8 * 60]), 3) for traffic in cities}) == len(cities)
    assert usual_traffic(SAN_FRANCISCO, 5)[8 * 60] < 0.85 * usual_traffic(SAN_FRANCISCO, 0)[8 * 60]


def test_a_rainy_evening_has_more_orders(make_kitchen: Callable[..., Kitchen]) -> None:
    wet = make_kitchen("bellevue", weather=(RAIN,))
    dry = make_kitchen("bellevue", weather=(DRY,))

    def evening_share(kitchen: Kitchen) -> float:
        created = np.concatenate([choose(kitchen, day).created for day in range(40)])
        hour = created / 3.6e9 % 24
        return float(((hour >= 16) & (hour < 22)).mean())

    assert evening_share(wet) > evening_share(dry) + 0.02
