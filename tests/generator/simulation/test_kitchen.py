from __future__ import annotations

from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.rng import Purpose, make_rng
from generator.configuration.kitchen_settings import Minutes
from generator.simulation.cooking.kitchen import CLEARED_AT, equipment_for, hurry, serve
from generator.simulation.cooking.recipes import Equipment, Recipe, recipe_of
from generator.simulation.delivery.couriers import draw_fleet
from generator.simulation.demand.day_conditions import open_stations
from generator.simulation.durations import draw_minutes
from generator.simulation.kitchen_day import simulate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from generator.catalogue.records import Catalogue
    from generator.configuration.kitchen_settings import KitchenBrand
    from generator.simulation.prepared_kitchen import Kitchen

EPOCH = 1_704_067_200
STARTED, FINISHED = 2, 3


def moments(events: pa.Table, event_type: int) -> dict[str, int]:
    rows = events.filter(pc.equal(events["event_type_id"], event_type))
    at = rows["ts_seconds"].to_numpy() * 1_000_000 + rows["ts_micros"].to_numpy()
    return dict(zip(rows["order_id"].to_pylist(), at.tolist(), strict=True))


def minutes_between(events: pa.Table, first: int, second: int) -> NDArray[np.float64]:
    begin, end = moments(events, first), moments(events, second)
    return np.array([(end[order] - begin[order]) / 60e6 for order in begin if order in end])


def cooked(events: pa.Table) -> pa.Table:
    """Return the events of orders that were cooked: some are cancelled before."""
    finished = events.filter(pc.equal(events["event_type_id"], FINISHED))["order_id"]
    return events.filter(pc.is_in(events["order_id"], finished.combine_chunks()))


def as_dishes(cooking: NDArray[np.int64]) -> NDArray[np.object_]:
    """Return orders of one cold dish each."""
    dishes = np.empty(cooking.size, dtype=np.object_)
    for order, minutes in enumerate(cooking.tolist()):
        dishes[order] = [(minutes, 0, 0)]
    return dishes


def served(
    ready: NDArray[np.int64], cooking: NDArray[np.int64], stations: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return start and end of orders that need only a station."""
    ample = [[0] * stations for _ in range(3)]
    return serve(ready, as_dishes(cooking), np.zeros_like(ready), [0] * stations, ample)


def run(kitchen: Kitchen, days: Iterable[int]) -> pa.Table:
    tables, handover = [], None
    for day in days:
        made = simulate(kitchen, day, EPOCH, handover)
        handover = made.handover
        tables.append(made.events)
    return pa.concat_tables(tables)


def with_many_couriers(kitchen: Kitchen) -> Kitchen:
    """Return the kitchen with so many couriers that nobody waits for one."""
    fleet = draw_fleet(make_rng(1, 1, 0, Purpose.COURIERS), 9000.0, 20.0)
    return replace(kitchen, fleet=fleet, minutes_an_order=400.0)


def most_at_once(intervals: list[tuple[int, int]]) -> int:
    changes = sorted([(end, -1) for _, end in intervals] + [(begin, 1) for begin, _ in intervals])
    return int(np.cumsum([change for _, change in changes]).max())


@given(
    st.lists(st.tuples(st.integers(0, 50), st.integers(1, 30)), min_size=1, max_size=60),
    st.integers(1, 5),
)
def test_a_queue_is_first_come_first_served_and_never_wastes_a_free_station(
    orders: list[tuple[int, int]], stations: int
) -> None:
    gaps, cooking = (np.array(column, dtype=np.int64) for column in zip(*orders, strict=True))
    ready = np.cumsum(gaps)
    starts, ends = served(ready, cooking, stations)
    assert np.array_equal(ends, starts + cooking)
    intervals = list(zip(starts.tolist(), ends.tolist(), strict=True))
    assert most_at_once(intervals) <= stations
    assert np.all(starts >= ready)
    assert np.all(np.diff(starts) >= 0)
    for position, (start, _) in enumerate(intervals):
        if start > ready[position]:  # it waited, so every station was busy until then
            busy = [end for begin, end in intervals[:position] if end >= start > begin]
            assert len(busy) >= stations


def test_each_dish_waits_for_what_it_needs_and_the_order_for_its_last_dish() -> None:
    dishes = np.empty(3, dtype=np.object_)
    # Two dishes for the only oven, one of which comes later from the only workstation.
    dishes[0] = [(2, 1, 10), (3, 1, 10)]
    # The oven is taken until 22; the stove is free.
    dishes[1] = [(1, 1, 5)]
    dishes[2] = [(1, 2, 4)]
    starts, ends = serve(
        np.array([0, 0, 0]), dishes, np.zeros(3, dtype=np.int64), [0, 0, 0], [[0], [0], [0]]
    )
    assert starts.tolist() == [0, 0, 0]
    assert ends.tolist() == [22, 27, 11]


def test_a_withdrawn_order_is_not_cooked_unless_it_has_begun() -> None:
    ready, cooking = np.array([0, 1, 2]), np.array([10, 10, 10])
    withdrawn = np.array([0, 5, 25])
    ample = [[0], [0], [0]]
    starts, ends = serve(ready, as_dishes(cooking), withdrawn, [0], ample)
    assert starts.tolist() == [0, 10, 10]
    assert ends.tolist() == [10, 10, 20]


def test_a_kitchen_has_equipment_for_what_it_cooks() -> None:
    cold, baked = Recipe(1.0, Equipment.WORKSTATION), Recipe(0.2, Equipment.OVEN)
    assert equipment_for(3, (cold,))[1:] == [1, 1]
    workstations, ovens, stoves = equipment_for(10, (cold, baked, baked))
    assert ovens > workstations - 4 > 0
    assert stoves == 1


def test_cuisines_have_recipes(catalogue: Catalogue) -> None:
    usual = catalogue.trade.preparation
    cuisines = {brand.brand_id: brand.cuisine_type for brand in catalogue.brands}
    heats = {
        cuisine: {
            recipe_of(usual, cuisine, item).heat
            for item in catalogue.items
            if cuisines[item.brand_id] == cuisine
        }
        for cuisine in cuisines.values()
    }
    assert heats["Salads"] == {Equipment.WORKSTATION}
    assert heats["Pizza"] == {Equipment.OVEN}
    assert Equipment.STOVE in heats["Japanese ramen"]
    assert recipe_of(usual, "Martian", catalogue.items[0]).preparing <= 1


@pytest.mark.parametrize(
    ("code", "days"), [("chicago", range(3, 7)), ("sv", range(24, 28)), ("chicago", range(80, 83))]
)
def test_no_more_orders_are_cooked_at_once_than_there_are_stations(
    make_kitchen: Callable[..., Kitchen], code: str, days: Iterable[int]
) -> None:
    kitchen = make_kitchen(code)
    events = cooked(run(kitchen, days))
    started, finished = moments(events, STARTED), moments(events, FINISHED)
    most = most_at_once([(started[order], finished[order]) for order in started])
    assert most <= kitchen.settings.stations
    assert most <= max(open_stations(kitchen.settings, day) for day in (*days, days[0] - 1))
    assert (
        most >= open_stations(kitchen.settings, days[0]) - 1
    )  # and at dinner they are really all needed


def test_orders_wait_at_friday_dinner_and_more_with_half_the_stations(
    make_kitchen: Callable[..., Kitchen],
) -> None:
    fridays = range(4, 90, 7)  # 2024-01-05 is a Friday

    def waits(kitchen: Kitchen) -> NDArray[np.float64]:
        found = []
        for day in fridays:
            events = cooked(simulate(kitchen, day, EPOCH).events)
            created, started = moments(events, 1), moments(events, STARTED)
            midnight = EPOCH + day * 86_400
            found += [
                (started[order] - at) / 60e6
                for order, at in created.items()
                if 17 * 3600 <= at / 1e6 - midnight < 20 * 3600
            ]
        return np.array(found)

    usual = waits(make_kitchen("chicago"))
    halved = waits(make_kitchen("chicago", stations=5))
    ample = waits(make_kitchen("chicago", stations=40))
    assert ample.mean() == pytest.approx(2.0, abs=0.15)  # the acknowledgement alone
    assert usual.mean() > ample.mean() + 3
    assert halved.mean() > usual.mean() + 10


@pytest.mark.parametrize("stations", [1, 2, 3])
def test_a_night_with_too_few_stations_ends_before_the_morning_begins(
    make_kitchen: Callable[..., Kitchen], stations: int
) -> None:
    kitchen = make_kitchen("sv", stations=stations, noise=0.0, weather=())
    events = cooked(run(kitchen, range(80, 84)))
    created, started = moments(events, 1), moments(events, STARTED)
    finished = moments(events, FINISHED)
    assert all(created[order] < started[order] <= finished[order] for order in created)
    intervals = [(started[order], finished[order]) for order in started]
    assert most_at_once(intervals) == stations
    hurried = minutes_between(events, STARTED, FINISHED)
    assert (hurried.min() < 0.25) == (stations == 1)
    waits = [simulate(kitchen, day, EPOCH).longest_wait / 3600e6 for day in range(80, 84)]
    assert (max(waits) > 6) == (stations == 1)


@given(
    st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 300)), min_size=1, max_size=30),
    st.integers(1, 4),
)
def test_hurrying_keeps_the_order_and_the_stations_and_ends_in_time(
    orders: list[tuple[int, int]], stations: int
) -> None:
    millisecond, closes, cleared = 1000, 3_000_000, 4_000_000
    ready, cooking = (np.array(column) * millisecond for column in zip(*orders, strict=True))
    started, finished = served(np.sort(ready), cooking, stations)
    before, after = hurry(started, finished, closes, cleared)
    assert np.all(before <= after)
    assert after.max() <= max(cleared, closes)
    assert np.all(before <= started)
    for moved, was in ((before, started), (after, finished)):
        assert np.array_equal(moved[was <= closes], was[was <= closes])
        assert np.all(np.diff(moved[np.argsort(was, kind="stable")]) >= 0)
    assert most_at_once(list(zip(before.tolist(), after.tolist(), strict=True))) <= stations
    if finished.max() <= cleared:
        assert np.array_equal(after, finished)


def test_nothing_is_cooking_when_the_kitchen_is_cleared(
    make_kitchen: Callable[..., Kitchen],
) -> None:
    for code, stations in (("sv", 5), ("chicago", 9), ("sv", 1), ("chicago", 2)):
        events = cooked(run(make_kitchen(code, stations=stations), range(20, 26)))
        finished = np.array(list(moments(events, FINISHED).values()))
        started = np.array(list(moments(events, STARTED).values()))
        for day in range(21, 26):
            cleared = EPOCH * 1_000_000 + day * 86_400_000_000 + CLEARED_AT
            assert not np.any((started < cleared) & (finished > cleared))


def test_steps_take_the_time_that_the_settings_say(make_kitchen: Callable[..., Kitchen]) -> None:
    kitchen = make_kitchen("bellevue", stations=200)
    kitchen = with_many_couriers(kitchen)
    events = cooked(run(kitchen, range(20)))
    orders = len(moments(events, 1))
    times = kitchen.settings.service_times
    for first, second, expected in (
        (1, 2, times.created_to_started),
        (3, 4, times.finished_to_ready),
        (4, 6, times.ready_to_picked_up),
    ):
        measured = minutes_between(events, first, second)
        # Who is taken along waits for somebody else's bag.
        abs_ = 4 / orders**0.5 + (0.25 if second == 6 else 0.0)
        assert measured.mean() == pytest.approx(expected.mean, abs=abs_)
        assert measured.std() == pytest.approx(expected.deviation, rel=0.15)
        assert measured.min() > 0


def test_cooking_takes_as_long_as_the_slowest_brand_of_the_order(
    make_kitchen: Callable[..., Kitchen], catalogue: Catalogue
) -> None:
    brands = sorted(make_kitchen("bellevue").settings.brands, key=lambda brand: brand.prep_time_min)
    quick, slow = brands[0], brands[-1]
    usual = np.mean([brand.avg_prep_time_min for brand in catalogue.brands])

    def cooking(*brands: KitchenBrand) -> float:
        kitchen = make_kitchen("bellevue", brands=brands)
        return float(minutes_between(run(kitchen, range(6)), STARTED, FINISHED).mean())

    assert cooking(slow) == pytest.approx(10 * slow.prep_time_min / usual, rel=0.06)
    assert cooking(quick) == pytest.approx(10 * quick.prep_time_min / usual, rel=0.06)
    # Of two brands 30 % order both, so the slow one decides 65 % of the orders.
    mixed = 0.65 * slow.prep_time_min + 0.35 * quick.prep_time_min
    assert cooking(quick, slow) == pytest.approx(10 * mixed / usual, rel=0.1)


def test_a_declining_kitchen_gets_slower_and_a_growing_one_keeps_up(
    make_kitchen: Callable[..., Kitchen],
) -> None:
    def half_of_the_orders_within(kitchen: Kitchen, first_day: int) -> float:
        return float(
            np.median(minutes_between(run(kitchen, range(first_day, first_day + 7)), 1, 8))
        )

    chicago, francisco = make_kitchen("chicago"), make_kitchen("sf")
    assert half_of_the_orders_within(chicago, 83) > half_of_the_orders_within(chicago, 0) + 2
    assert half_of_the_orders_within(francisco, 83) < half_of_the_orders_within(francisco, 0) + 1.5
    for kitchen, sign in ((chicago, -1), (francisco, 1)):
        opened = [open_stations(kitchen.settings, day) for day in range(90)]
        assert all(sign * (later - earlier) >= 0 for earlier, later in pairwise(opened))
        assert max(opened) == kitchen.settings.stations


def test_durations_have_mean_and_deviation_and_no_end_that_is_cut_off() -> None:
    rng = make_rng(1, 1, 1, Purpose.COOKING)
    times = draw_minutes(rng, Minutes(2.0, 1.0), 40_000)
    assert np.all(times % 1000 == 0)
    assert times.mean() / 60e6 == pytest.approx(2.0, rel=0.01)
    assert times.std() / 60e6 == pytest.approx(1.0, rel=0.03)
    assert np.unique(times, return_counts=True)[1].max() < 12
    doubled = draw_minutes(rng, Minutes(2.0, 1.0), 40_000, 2.0)
    assert doubled.std() / 60e6 == pytest.approx(2.0, rel=0.03)
    assert set(draw_minutes(rng, Minutes(3.0, 0.0), 10).tolist()) == {180_000_000}
    assert set(draw_minutes(rng, Minutes(0.0, 5.0), 10).tolist()) == {0}
