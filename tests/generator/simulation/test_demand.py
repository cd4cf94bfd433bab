from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from common.rng import Purpose, make_rng
from common.time_units import MICROSECONDS_PER_DAY
from generator.simulation.day_conditions import day_conditions
from generator.simulation.demand import (
    DEFAULT_SHAPE,
    SHAPES,
    draw_order_times,
    minute_weights,
    weekday_factor,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from generator.simulation.demand import DemandShape
    from generator.simulation.kitchen_day import Kitchen

SILICON_VALLEY = SHAPES["sv"]
HOURS = (np.arange(1440) + 0.5) / 60


def within(start: float, end: float) -> NDArray[np.bool_]:
    return ((HOURS - start) % 24) < end - start


@pytest.mark.parametrize(
    ("shape", "lifts"),
    [
        (DEFAULT_SHAPE, {(11, 13.5): 3.0, (17, 20): 3.5}),
        (SILICON_VALLEY, {(11, 13.5): 3.0, (17, 20): 3.5, (21, 25): 5.0}),
    ],
)
def test_each_rush_lifts_the_mean_of_its_window_as_stated(
    shape: DemandShape, lifts: dict[tuple[float, float], float]
) -> None:
    weights = minute_weights(shape)
    off_peak = ~np.any([within(*window) for window in lifts], axis=0)
    assert weights.sum() == pytest.approx(1.0)
    assert weights.min() >= 0
    for window, multiplier in lifts.items():
        assert weights[within(*window)].mean() / weights[off_peak].mean() == pytest.approx(
            multiplier
        )


def test_rushes_are_smooth_and_nights_are_quiet() -> None:
    weights = minute_weights(DEFAULT_SHAPE)
    steps = np.abs(np.diff(weights))[HOURS[1:] > 5]
    assert steps.max() < 0.05 * weights.max()
    assert weights[within(0, 6)].mean() < 0.3 * weights[within(14, 17)].mean()
    assert weights[within(3, 4)].sum() == 0


def test_silicon_valley_is_busiest_late_at_night() -> None:
    hourly = minute_weights(SILICON_VALLEY).reshape(24, 60).sum(axis=1)
    assert hourly.argmax() in (22, 23)
    assert minute_weights(DEFAULT_SHAPE).reshape(24, 60).sum(axis=1).argmax() == 18


def test_a_week_has_the_stated_rhythm_and_mean_one() -> None:
    monday = date(2024, 1, 1)
    week = np.array([weekday_factor(DEFAULT_SHAPE, monday + timedelta(day)) for day in range(7)])
    assert week.mean() == pytest.approx(1.0)
    np.testing.assert_allclose(week / week[0], [1.0, 1.05, 1.08, 1.10, 1.25, 1.35, 1.15])
    assert {weekday_factor(SILICON_VALLEY, monday + timedelta(day)) for day in range(7)} == {1.0}


def test_orders_are_poisson_around_an_expectation_with_uniform_noise() -> None:
    weights = minute_weights(DEFAULT_SHAPE)
    sizes = np.array(
        [
            draw_order_times(make_rng(1, 1, day, Purpose.DEMAND), 300.0, 0.1, weights).size
            for day in range(1500)
        ]
    )
    # variance: Poisson 300, and uniform noise of ±30 orders
    assert sizes.mean() == pytest.approx(300, abs=2.5)
    assert sizes.var() == pytest.approx(300 + 60**2 / 12, rel=0.12)


def test_order_times_are_within_the_day_and_sorted() -> None:
    times = draw_order_times(
        make_rng(1, 1, 0, Purpose.DEMAND), 5000.0, 0.0, minute_weights(SILICON_VALLEY)
    )
    assert times.min() >= 0
    assert times.max() < MICROSECONDS_PER_DAY
    assert np.all(np.diff(times) >= 0)
    assert len(set(times % 1_000_000)) > 4000  # really microseconds


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [("sf", 171, 297), ("sv", 53, 155), ("bellevue", 230, 234), ("chicago", 318, 240)],
)
def test_kitchens_grow_and_shrink_as_configured(
    make_kitchen: Callable[..., Kitchen], code: str, first: float, last: float
) -> None:
    kitchen = make_kitchen(code)

    def mean_orders(first_day: int) -> float:
        days = range(first_day, first_day + 7)
        conditions = [day_conditions(kitchen.settings, kitchen.start, day) for day in days]
        return float(np.mean([today.expected_orders for today in conditions]))

    week = [mean_orders(first_day) for first_day in (0, 83)]
    assert week[0] == pytest.approx(first, rel=0.05)
    assert week[1] == pytest.approx(last, rel=0.05)
    # afterwards the level stays
    assert mean_orders(700) == pytest.approx(last, rel=0.01)
