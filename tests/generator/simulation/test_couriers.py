"""Who delivers: shifts that were planned, couriers who are missing, and bags that wait."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from common.rng import Purpose, make_rng
from common.time_units import MICROSECONDS_PER_DAY, MICROSECONDS_PER_MINUTE
from generator.simulation import working_day
from generator.simulation.delivery.couriers import Shifts, draw_fleet, plan_shifts
from generator.simulation.delivery.dispatch import NOBODY, Bags, dispatch
from generator.simulation.orders.cancellations import NEVER, NO_COURIER
from generator.simulation.orders.placed_orders import place_orders
from generator.simulation.working_day import serve_working_day

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from generator.simulation.delivery.dispatch import Deliveries
    from generator.simulation.prepared_kitchen import Kitchen

HOUR = 60 * MICROSECONDS_PER_MINUTE


def forecast(peak: float) -> NDArray[np.float64]:
    """Return an order a minute at dinner for a peak of 1, and few at other times."""
    expected = np.full(1440, 0.02)
    expected[14 * 60 : 17 * 60] = peak
    return expected


def test_shifts_follow_the_forecast_and_nobody_works_twice() -> None:
    fleet = draw_fleet(make_rng(1, 1, 0, Purpose.COURIERS), 300.0, 20.0)
    for day in range(20):
        shifts = plan_shifts(make_rng(1, 1, day, Purpose.SHIFTS), fleet, forecast(0.5), 20.0, day)
        assert len(set(shifts.courier.tolist())) == shifts.courier.size <= fleet.pace.size
        hours = (shifts.ends - shifts.begins) / HOUR
        assert 3.0 - 0.02 <= hours.min() <= hours.max() <= 5.5 + 0.02
        opening = day * MICROSECONDS_PER_DAY + 4 * HOUR

        def working(hour: float, opening: int = opening, shifts: Shifts = shifts) -> int:
            at = opening + int(hour * HOUR)
            return int(((shifts.begins <= at) & (shifts.ends > at)).sum())

        # Ten are busy at dinner; a few too many would be wanted.
        assert 5 <= working(16.5) <= 14
        assert 1 <= working(4.0) <= 3


def test_some_couriers_work_on_most_days_and_most_on_few() -> None:
    fleet = draw_fleet(make_rng(1, 1, 0, Purpose.COURIERS), 300.0, 20.0)
    days = np.zeros(fleet.pace.size, dtype=int)
    for day in range(60):
        shifts = plan_shifts(make_rng(1, 1, day, Purpose.SHIFTS), fleet, forecast(0.5), 20.0, day)
        days[shifts.courier] += 1
    assert np.quantile(days, 0.9) > 2 * np.median(days) > 0


def delivered(kitchen: Kitchen, day: int, shifts: Shifts | None = None) -> Deliveries:
    """Return what becomes of the orders of a day, with other shifts if some are given."""
    placed = place_orders(kitchen, day, {})
    if shifts is None:
        return serve_working_day(kitchen, day, placed.requests).deliveries
    work = placed.requests.work
    ready = work.created + 15 * MICROSECONDS_PER_MINUTE
    nothing = np.zeros_like(work.created)
    bags = Bags(work.created, work.created, ready, nothing, nothing + NEVER)
    courier_day = replace(working_day.courier_day(kitchen, day), shifts=shifts)
    routes = kitchen.addresses.routes
    return dispatch(
        bags, placed.requests.errands, routes, courier_day, (day + 1) * MICROSECONDS_PER_DAY
    )


def test_with_one_courier_bags_wait_until_nobody_comes_any_more(
    make_kitchen: Callable[..., Kitchen],
) -> None:
    kitchen = make_kitchen("sf")
    midnight = 10 * MICROSECONDS_PER_DAY
    whole_day = np.array([midnight]), np.array([midnight + 30 * HOUR])
    alone = delivered(kitchen, 10, Shifts(np.array([3]), *whole_day))
    gone = alone.reason == NO_COURIER
    assert 0.2 < gone.mean() < 0.95
    assert set(alone.courier[gone].tolist()) == {NOBODY}
    assert set(alone.courier[~gone].tolist()) == {3}
    assert np.all((alone.delivered > 0) == ~gone)
    assert np.all((alone.picked_up > 0) == ~gone)
    # He is nowhere before he has come back.
    trips = np.flatnonzero(~gone & (alone.after == 0))
    order = trips[np.argsort(alone.arrived[trips])]
    assert np.all(alone.arrived[order][1:] > alone.delivered[order][:-1])
    usual = delivered(kitchen, 10)
    assert (usual.reason == NO_COURIER).mean() < 0.05
    assert usual.late[usual.delivered > 0].mean() < alone.late[~gone].mean()


def test_the_last_courier_stays_until_all_is_done(make_kitchen: Callable[..., Kitchen]) -> None:
    kitchen = make_kitchen("sv")
    midnight = 10 * MICROSECONDS_PER_DAY
    shifts = Shifts(np.array([1]), np.array([midnight]), np.array([midnight + HOUR]))
    found = delivered(kitchen, 10, shifts)
    assert (found.delivered > midnight + 6 * HOUR).any()


def test_who_is_taken_along_goes_with_somebody_whose_bag_is_ready(
    make_kitchen: Callable[..., Kitchen],
) -> None:
    found = delivered(make_kitchen("chicago"), 30)
    second = np.flatnonzero(found.after)
    assert second.size > 5
    first = second + found.after[second]
    assert np.array_equal(found.courier[first], found.courier[second])
    assert np.array_equal(found.picked_up[first], found.picked_up[second])
    assert np.all(found.begins[second] >= found.delivered[first])
    assert np.all(found.delivered[second] > found.delivered[first])
    assert not np.isin(first, second).any()
    assert np.unique(first).size == first.size
    assert found.back_m[second] == pytest.approx(np.clip(found.back_m[second], 0, 650))
