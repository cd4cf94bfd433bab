"""The four stories of the seeds, seen in ninety days of events."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc
import pytest

from generator.simulation.demand.day_conditions import usual_orders
from generator.simulation.kitchen_day import simulate
from generator.simulation.orders.placed_orders import choose

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from generator.simulation.prepared_kitchen import Kitchen

EPOCH = 1_704_067_200
BRAND = re.compile(r'"brand_id":(\d+)')


def brands_ordered(kitchen: Kitchen, days: Iterable[int]) -> Counter:
    found: Counter = Counter()
    for day in days:
        for text in simulate(kitchen, day, EPOCH).events["items_json"].drop_null().to_pylist():
            found.update({int(brand) for brand in BRAND.findall(text)})
    return found


@pytest.mark.parametrize(
    ("code", "first_week", "last_week"),
    [("sf", 174, 292), ("sv", 55, 149), ("bellevue", 230, 234), ("chicago", 315, 242)],
)
def test_volumes_follow_the_story(
    make_kitchen: Callable[..., Kitchen], code: str, first_week: float, last_week: float
) -> None:
    kitchen = make_kitchen(code)

    def orders_a_day(days: Iterable[int]) -> float:
        return float(np.mean([simulate(kitchen, day, EPOCH).orders for day in days]))

    assert orders_a_day(range(7)) == pytest.approx(first_week, rel=0.12)
    assert orders_a_day(range(83, 90)) == pytest.approx(last_week, rel=0.12)


def test_the_launch_of_day_45_and_the_exit_of_day_60(make_kitchen: Callable[..., Kitchen]) -> None:
    valley, chicago = make_kitchen("sv"), make_kitchen("chicago")
    launched = next(brand for brand in valley.settings.brands if brand.start_day == 45)
    leaving = next(brand for brand in chicago.settings.brands if brand.end_day == 60)
    assert launched.brand_id not in brands_ordered(valley, range(35, 45))
    assert brands_ordered(valley, range(45, 48))[launched.brand_id] > 0
    assert brands_ordered(chicago, range(50, 60))[leaving.brand_id] > 0
    assert leaving.brand_id not in brands_ordered(chicago, range(60, 70))


def test_health_brands_lead_in_san_francisco_in_the_end(
    make_kitchen: Callable[..., Kitchen],
) -> None:
    health = {1, 2, 3, 4, 5}
    first, last = (brands_ordered(make_kitchen("sf"), days) for days in (range(4), range(86, 90)))
    assert set(dict(last.most_common(4))) <= health

    def share(ordered: Counter[int]) -> float:
        return sum(ordered[brand] for brand in health) / ordered.total()

    assert share(last) > share(first) + 0.15


def test_silicon_valley_orders_late_at_night_and_every_day_alike(
    make_kitchen: Callable[..., Kitchen],
) -> None:
    hours: Counter = Counter()
    for day in range(69, 90):
        events = simulate(make_kitchen("sv"), day, EPOCH).events
        created = events.filter(pc.equal(events["event_type_id"], 1))["ts_seconds"].to_numpy()
        hours.update(((created - EPOCH) % 86_400 // 3600).tolist())
    late = sum(hours[hour] for hour in (21, 22, 23, 0)) / 4
    assert {hour for hour, _ in hours.most_common(2)} == {22, 23}
    assert late > 1.3 * np.mean([hours[hour] for hour in (17, 18, 19)])
    weekend, workdays = [], []
    kitchen = make_kitchen("sv")
    for day in range(120):
        share = choose(kitchen, day).created.size / usual_orders(kitchen.settings, day)
        (weekend if day % 7 in (4, 5) else workdays).append(share)
    assert np.mean(weekend) == pytest.approx(np.mean(workdays), rel=0.08)
