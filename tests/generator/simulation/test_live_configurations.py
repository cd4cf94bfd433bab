"""A configuration as the live simulator had it: what its documentation says happens here."""

from __future__ import annotations

import json
from dataclasses import fields
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np
import pyarrow.compute as pc
import pytest

from generator.configuration.configuration_file import load_configuration
from generator.configuration.configured_kitchens import kitchen_settings
from generator.configuration.defaults import BUSIEST_MINUTE, DEFAULT_START
from generator.simulation.demand.day_conditions import day_conditions, usual_orders
from generator.simulation.kitchen_day import simulate
from generator.world.trade import usual_trade

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from generator.catalogue.records import Catalogue
    from generator.configuration.kitchen_settings import KitchenSettings
    from generator.simulation.prepared_kitchen import Kitchen

EPOCH = 1_704_067_200
LIVE = {
    "start_days_ago": 3,
    "end_days_ahead": 362,
    "speed_up": 1,
    "orders_day_1": 50,
    "orders_last": 1000,
    "noise_pct": 10,
    "svc": {"cs": [2, 1], "sf": [10, 3], "fr": [2, 1], "rp": [6, 2]},
    "driver_arrival": {"alpha": 3, "beta": 3, "after_ready_pct": 0.5},
    "brand_momentum": {"improving": 0.1, "flat": 0.2, "declining": 0.7},
    "momentum_rates": {"growth": 0.8, "decline": 0.2},
    "dq": {},
    "gk_location": "12 Example Street, San Francisco, CA 94105",
    "location_name": "sanfrancisco",
    "radius_mi": 4,
    "driver_mph": 25,
    "batch_rows": 10,
    "batch_seconds": 1,
    "ping_sec": 60,
    "random_seed": 72,
}


@pytest.fixture
def configure(catalogue: Catalogue, tmp_path: Path) -> Callable[..., KitchenSettings]:
    """Return the settings of San Francisco as a live configuration has them, with changes."""

    def settings(**changes: object) -> KitchenSettings:
        file = tmp_path / "sanfrancisco.json"
        file.write_text(json.dumps(LIVE | changes), encoding="utf-8")
        return kitchen_settings(catalogue, [load_configuration(file)], ["sf"])[0]

    return settings


def test_volume_grows_linearly_with_the_weekdays_on_top(
    configure: Callable[..., KitchenSettings],
) -> None:
    settings = configure()
    levels = [usual_orders(settings, day) for day in range(365)]
    assert (levels[0], levels[182], levels[364]) == (50, 525, 1000)
    assert np.allclose(np.diff(levels), 950 / 364)
    orders = [day_conditions(settings, DEFAULT_START, day).expected_orders for day in range(365)]
    factors = np.divide(orders, levels).round(9).tolist()
    assert factors[:7] == [1.0, 1.05, 1.08, 1.10, 1.25, 1.35, 1.15]  # 2024-01-01 is a Monday
    assert sum(orders) == pytest.approx(219_000, rel=0.005)


def test_the_busiest_moments_are_known_to_the_configuration() -> None:
    week = [DEFAULT_START + timedelta(days=day) for day in range(7)]
    demand_file = usual_trade().demand
    for code in demand_file.kitchens:
        demand = demand_file.of(code)
        assert demand.week_weights.max() <= BUSIEST_MINUTE
        factors = [demand.weekday_factor(day, of_a_monday=True) for day in week]
        assert max(factors) in (1.0, demand.busiest_weekday)
    assert demand.busiest_weekday == 1.35


@pytest.mark.parametrize(
    ("changes", "suffice"),
    [({}, True), ({"stations": 90}, True), ({"stations": 20}, False),
     ({"svc": {"sf": [25, 5]}, "noise_pct": 40}, True),
     ({"orders_day_1": 900, "orders_last": 60}, True), ({"orders_last": 50}, True)],
)  # fmt: skip
def test_cooking_begins_two_minutes_after_the_order_where_stations_suffice(
    configure: Callable[..., KitchenSettings],
    make_kitchen: Callable[..., Kitchen],
    changes: dict[str, object],
    suffice: bool,
) -> None:
    settings = configure(**changes)
    values = {each.name: getattr(settings, each.name) for each in fields(settings)}
    kitchen = make_kitchen("sf", **values)
    days = (0, 5, 362) if settings.orders_last_day != 50 else (0, 4, 5, 6, 7, 11)
    waits, most = [], 0
    for day in days:
        events = simulate(kitchen, day, EPOCH).events
        steps = {}
        cooked = events.filter(pc.equal(events["event_type_id"], 3))["order_id"].combine_chunks()
        events = events.filter(pc.is_in(events["order_id"], cooked))
        for kind in (1, 2, 3):
            rows = events.filter(pc.equal(events["event_type_id"], kind)).sort_by("order_id")
            steps[kind] = rows["ts_seconds"].to_numpy() + rows["ts_micros"].to_numpy() / 1e6
        waits += ((steps[2] - steps[1]) / 60).tolist()
        changes_at = np.concatenate((steps[3], steps[2]))
        step = np.concatenate((np.full(steps[3].size, -1), np.ones(steps[2].size)))
        most = max(most, int(np.cumsum(step[np.argsort(changes_at, kind="stable")]).max()))
    assert most <= settings.stations == settings.location.stations
    if suffice:
        assert np.mean(waits) == pytest.approx(2.0, abs=0.15)
        assert np.std(waits) == pytest.approx(1.0, abs=0.15)
    else:
        assert np.mean(waits) > 5
