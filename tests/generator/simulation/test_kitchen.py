from __future__ import annotations

import heapq
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
from generator.simulation.day_conditions import open_stations
from generator.simulation.durations import draw_minutes
from generator.simulation.kitchen import CLEARED_AT, hurry, serve
from generator.simulation.kitchen_day import simulate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from numpy.typing import NDArray

    from generator.catalogue.records import Catalogue
    from generator.configuration.kitchen_settings import KitchenBrand
    from generator.simulation.kitchen_day import Kitchen

EPOCH = 1_704_067_200
STARTED, FINISHED = 2, 3


def moments(events: pa.Table, event_type: int) -> dict[str, int]:
    rows = events.filter(pc.equal(events["event_type_id"], event_type))
    at = rows["ts_seconds"].to_numpy() * 1_000_000 + rows["ts_micros"].to_numpy()
    return dict(zip(rows["order_id"].to_pylist(), at.tolist(), strict=True))


def minutes_between(events: pa.Table, first: int, second: int) -> NDArray[np.float64]:
    begin, end = moments(events, first), moments(events, second)
    return np.array([(end[order] - begin[order]) / 60e6 for order in begin])


def run(kitchen: Kitchen, days: Iterable[int]) -> pa.Table:
    tables, handover = [], None
    for day in days:
        made = simulate(kitchen, day, EPOCH, handover)
        handover = made.handover
        tables.append(made.events)
    return pa.concat_tables(tables)


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
    starts = serve(ready, cooking, [0] * stations)
    intervals = list(zip(starts.tolist(), (starts + cooking).tolist(), strict=True))
    assert most_at_once(intervals) <= stations
    assert np.all(starts >= ready)
    assert np.all(np.diff(starts) >= 0)
    for position, (start, _) in enumerate(intervals):
        if start > ready[position]:  # it waited, so every station was busy until then
            busy = [end for begin, end in intervals[:position] if end >= start > begin]
            assert len(busy) >= stations


def test_serving_does_not_modify_the_stations() -> None:
    free_at = [0, 0]
    serve(np.array([5, 6, 7]), np.array([10, 1, 1]), free_at)
    assert sorted(free_at) == [8, 15]
    assert free_at[0] == heapq.nsmallest(1, free_at)[0]


@pytest.mark.parametrize(
    ("code", "days"), [("chicago", range(3, 7)), ("sv", range(24, 28)), ("chicago", range(80, 83))]
)
def test_no_more_orders_are_cooked_at_once_than_there_are_stations(
    make_kitchen: Callable[..., Kitchen], code: str, days: Iterable[int]
) -> None:
    kitchen = make_kitchen(code)
    events = run(kitchen, days)
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
            events = simulate(kitchen, day, EPOCH).events
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
    kitchen = make_kitchen("sv", stations=stations)
    events = run(kitchen, range(80, 84))
    created, started = moments(events, 1), moments(events, STARTED)
    finished = moments(events, FINISHED)
    assert all(created[order] < started[order] <= finished[order] for order in created)
    intervals = [(started[order], finished[order]) for order in started]
    assert most_at_once(intervals) == stations
    hurried = minutes_between(events, STARTED, FINISHED)
    assert (hurried.min() < 0.25) == (stations == 1)
    waits = [simulate(kitchen, day, EPOCH).longest_wait / 3600e6 for day in range(80, 84)]
    assert (max(waits) > 4) == (stations == 1)


@given(
    st.lists(st.tuples(st.integers(0, 5000), st.integers(1, 300)), min_size=1, max_size=30),
    st.integers(1, 4),
)
def test_hurrying_keeps_the_order_and_the_stations_and_ends_in_time(
    orders: list[tuple[int, int]], stations: int
) -> None:
    millisecond, closes, cleared = 1000, 3_000_000, 4_000_000
    ready, cooking = (np.array(column) * millisecond for column in zip(*orders, strict=True))
    started = serve(np.sort(ready), cooking, [0] * stations)
    finished = started + cooking
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
        events = run(make_kitchen(code, stations=stations), range(20, 26))
        finished = np.array(list(moments(events, FINISHED).values()))
        started = np.array(list(moments(events, STARTED).values()))
        for day in range(21, 26):
            cleared = EPOCH * 1_000_000 + day * 86_400_000_000 + CLEARED_AT
            assert not np.any((started < cleared) & (finished > cleared))


def test_steps_take_the_time_that_the_settings_say(make_kitchen: Callable[..., Kitchen]) -> None:
    kitchen = make_kitchen("bellevue", stations=200)
    events = run(kitchen, range(20))
    orders = len(moments(events, 1))
    times = kitchen.settings.service_times
    for first, second, expected in (
        (1, 2, times.created_to_started),
        (3, 4, times.finished_to_ready),
        (4, 6, times.ready_to_picked_up),
    ):
        measured = minutes_between(events, first, second)
        # cutting at a quarter of a minute shifts the mean of N(2, 1) by less than 0.03
        assert measured.mean() == pytest.approx(expected.mean, abs=0.03 + 4 / orders**0.5)
        assert measured.std() == pytest.approx(expected.deviation, rel=0.08)
        assert measured.min() >= 0.25


def test_cooking_takes_as_long_as_the_slowest_brand_of_the_order(
    make_kitchen: Callable[..., Kitchen], catalogue: Catalogue
) -> None:
    brands = sorted(make_kitchen("bellevue").settings.brands, key=lambda brand: brand.prep_time_min)
    quick, slow = brands[0], brands[-1]
    usual = np.mean([brand.avg_prep_time_min for brand in catalogue.brands])

    def cooking(*brands: KitchenBrand) -> float:
        kitchen = make_kitchen("bellevue", brands=brands)
        return float(minutes_between(simulate(kitchen, 0, EPOCH).events, STARTED, FINISHED).mean())

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
    assert (
        abs(half_of_the_orders_within(francisco, 83) - half_of_the_orders_within(francisco, 0))
        < 1.5
    )
    for kitchen, sign in ((chicago, -1), (francisco, 1)):
        opened = [open_stations(kitchen.settings, day) for day in range(90)]
        assert all(sign * (later - earlier) >= 0 for earlier, later in pairwise(opened))
        assert max(opened) == kitchen.settings.stations


def test_durations_are_whole_milliseconds_and_never_too_short() -> None:
    times = draw_minutes(make_rng(1, 1, 1, Purpose.COOKING), Minutes(0.0, 5.0), 5000)
    assert times.min() == 15_000_000
    assert np.all(times % 1000 == 0)
