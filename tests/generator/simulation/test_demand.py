from __future__ import annotations

from datetime import date, timedelta
from typing import TYPE_CHECKING

import numpy as np
import pytest

from common.rng import Purpose, make_rng
from common.time_units import MICROSECONDS_PER_DAY
from generator.simulation.demand.day_conditions import day_conditions
from generator.simulation.demand.order_times import draw_order_times
from generator.simulation.demand.shocks import day_shock, hour_shocks
from generator.simulation.demand.special_days import special_day_factors
from generator.world.trade import usual_trade

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from generator.simulation.prepared_kitchen import Kitchen
    from generator.world.demand import Demand

DEMAND_FILE = usual_trade().demand
USUAL, SILICON_VALLEY = DEMAND_FILE.of("elsewhere"), DEMAND_FILE.of("sv")
MONDAY, SATURDAY, SUNDAY = 0, 5, 6
HOURS = (np.arange(1440) + 0.5) / 60


def within(start: float, end: float) -> NDArray[np.bool_]:
    return ((HOURS - start) % 24) < end - start


@pytest.mark.parametrize(
    ("demand", "lifts"),
    [
        (USUAL, {(11, 13.5): 3.0, (17, 20): 3.5}),
        (SILICON_VALLEY, {(11, 13.5): 3.0, (17, 20): 3.5, (21, 25): 5.0}),
    ],
)
def test_each_rush_lifts_the_mean_of_its_window_as_stated(
    demand: Demand, lifts: dict[tuple[float, float], float]
) -> None:
    weights = demand.week_weights[MONDAY]
    off_peak = ~np.any([within(*window) for window in lifts], axis=0)
    assert weights.sum() == pytest.approx(1.0)
    assert weights.min() >= 0
    for window, multiplier in lifts.items():
        assert weights[within(*window)].mean() / weights[off_peak].mean() == pytest.approx(
            multiplier
        )


def test_rushes_are_smooth_and_nights_are_quiet() -> None:
    weights = USUAL.week_weights[MONDAY]
    steps = np.abs(np.diff(weights))[HOURS[1:] > 5]
    assert steps.max() < 0.05 * weights.max()
    assert weights[within(0, 6)].mean() < 0.3 * weights[within(14, 17)].mean()
    assert weights[within(3, 4)].sum() == 0


def test_silicon_valley_is_busiest_late_at_night() -> None:
    hourly = SILICON_VALLEY.week_weights[MONDAY].reshape(24, 60).sum(axis=1)
    assert hourly.argmax() in (22, 23)
    assert USUAL.week_weights[MONDAY].reshape(24, 60).sum(axis=1).argmax() == 18


def test_a_week_has_the_stated_rhythm_and_mean_one() -> None:
    monday = date(2024, 1, 1)
    week = np.array([USUAL.weekday_factor(monday + timedelta(day)) for day in range(7)])
    assert week.mean() == pytest.approx(1.0)
    np.testing.assert_allclose(week / week[0], [1.0, 1.05, 1.08, 1.10, 1.25, 1.35, 1.15])
    assert {SILICON_VALLEY.weekday_factor(monday + timedelta(day)) for day in range(7)} == {1.0}


def test_orders_vary_with_the_day_and_the_hour_and_by_chance() -> None:
    expected = 300.0 * USUAL.week_weights[MONDAY]

    def sizes(noise: float, shock: float) -> NDArray[np.float64]:
        return np.array(
            [
                draw_order_times(make_rng(1, 1, day, Purpose.DEMAND), expected, noise, shock).size
                for day in range(1200)
            ]
        )

    # Without noise a Poisson number of 300.
    assert sizes(0.0, 2.0).mean() == pytest.approx(300, abs=2.5)
    assert sizes(0.0, 2.0).var() == pytest.approx(300, rel=0.12)
    noisy = sizes(0.1, 0.0)
    assert noisy.mean() == pytest.approx(300, abs=4)
    # At least the uniform noise of ±30 orders is added; hours have noise of their own.
    assert noisy.var() > 1.2 * (300 + 60**2 / 12)
    assert sizes(0.1, 1.0).mean() == pytest.approx(300 * 1.13, rel=0.03)


def test_neighbouring_days_kitchens_and_hours_are_alike() -> None:
    days = np.array(
        [
            [day_shock(seed, kitchen, day) for day in range(60)]
            for seed in range(12)
            for kitchen in (1, 2)
        ]
    )
    assert abs(days.mean()) < 0.25
    assert days.std() == pytest.approx(1.0, abs=0.15)
    next_day = np.corrcoef(days[:, 1:].ravel(), days[:, :-1].ravel())[0, 1]
    next_week = np.corrcoef(days[:, 7:].ravel(), days[:, :-7].ravel())[0, 1]
    assert 0.5 < next_day < 0.85
    assert abs(next_week) < 0.2
    assert 0.4 < np.corrcoef(days[::2].ravel(), days[1::2].ravel())[0, 1] < 0.8
    hours = np.array([hour_shocks(make_rng(1, 1, day, Purpose.TRAFFIC)) for day in range(300)])
    assert hours.shape == (300, 25)
    assert hours.std() == pytest.approx(1.0, abs=0.08)
    assert 0.5 < np.corrcoef(hours[:, 1:].ravel(), hours[:, :-1].ravel())[0, 1] < 0.9


@pytest.mark.parametrize("code", DEMAND_FILE.kitchens)
def test_weekends_have_a_shape_of_their_own(code: str) -> None:
    weights = DEMAND_FILE.of(code).week_weights
    assert weights.shape == (7, 1440)
    np.testing.assert_allclose(weights.sum(axis=1), 1.0)
    for weekend in (SATURDAY, SUNDAY):
        around_lunch = within(10, 11) | within(13.5, 15)
        brunch = weights[weekend, around_lunch].sum() / weights[0, around_lunch].sum()
        apart = np.abs(weights[weekend] - weights[0]).sum() / 2
        assert brunch > 1.05
        assert 0.03 < apart < 0.3
    assert weights[5, within(21, 25)].sum() > 0.95 * weights[6, within(21, 25)].sum()


def test_special_days_are_where_the_calendar_has_them() -> None:
    names = {
        date(2024, 1, 1): "New Year's Day",
        date(2024, 2, 11): "Super Bowl Sunday",
        date(2024, 3, 31): "Easter Sunday",
        date(2024, 5, 27): "Memorial Day",
        date(2024, 11, 28): "Thanksgiving",
        date(2025, 11, 27): "Thanksgiving",
    }
    for on, name in names.items():
        special = USUAL.special_day(on)
        assert special is not None
        assert special.name == name
    for usual in (date(2024, 2, 4), date(2024, 5, 20), date(2024, 11, 21)):
        assert USUAL.special_day(usual) is None
        assert set(special_day_factors(USUAL, usual).tolist()) == {1.0}
    assert special_day_factors(USUAL, date(2024, 2, 11))[18 * 60] > 1.2


def test_order_times_are_within_the_day_and_sorted() -> None:
    expected = 5000.0 * SILICON_VALLEY.week_weights[MONDAY]
    times = draw_order_times(make_rng(1, 1, 0, Purpose.DEMAND), expected, 0.0, 0.0)
    assert times.min() >= 0
    assert times.max() < MICROSECONDS_PER_DAY
    assert np.all(np.diff(times) >= 0)
    assert np.all(times % 1000 == 0)
    assert len(set(times % 60_000_000)) > 4000


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
