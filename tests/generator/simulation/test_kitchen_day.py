from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from common.event_schema import EVENT_COLUMNS, EVENT_TYPE_IDS, SORT_ORDER
from generator.configuration.kitchen_settings import DriverArrival, NullProbability
from generator.simulation.day_conditions import brand_weight
from generator.simulation.deliveries import Deliveries, pings_between, rush_factor
from generator.simulation.event_table import delivery_addresses
from generator.simulation.kitchen import cook
from generator.simulation.kitchen_day import simulate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from generator.catalogue.records import Catalogue
    from generator.simulation.kitchen_day import Kitchen

EPOCH = 1_704_067_200
MINUTE = 60_000_000
LIFE = [1, 2, 3, 4, 6, 8]  # 5, the driver's arrival, may come anywhere before 6


@pytest.fixture(scope="module")
def events(make_kitchen: Callable[..., Kitchen]) -> pa.Table:
    return simulate(make_kitchen("sv"), 80, EPOCH).events


def by_order(events: pa.Table) -> dict[str, list[dict]]:
    orders: dict[str, list[dict]] = {}
    for row in events.to_pylist():
        row["at"] = row["ts_seconds"] * 1_000_000 + row["ts_micros"]
        orders.setdefault(row["order_id"], []).append(row)
    return orders


def test_the_table_is_what_the_contract_says(events: pa.Table) -> None:
    assert events.schema.equals(EVENT_COLUMNS)
    assert {field.name: str(field.type) for field in events.schema} == {
        "order_id": "string",
        "location_id": "int32",
        "event_type_id": "int8",
        "ts_seconds": "int64",
        "ts_micros": "int32",
        "sequence": "int32",
        "customer_lat": "double",
        "customer_lon": "double",
        "customer_addr": "string",
        "items_json": "string",
        "route_json": "string",
        "eta_mins": "double",
        "ping_lat": "double",
        "ping_lon": "double",
        "ping_progress": "double",
    }
    set_on = {
        "customer_lat": {1, 8},
        "customer_lon": {1, 8},
        "customer_addr": {1},
        "items_json": {1},
        "route_json": {6},
        "eta_mins": {6},
        "ping_lat": {7},
        "ping_lon": {7},
        "ping_progress": {7},
    }
    for column, types in set_on.items():
        present = events.filter(pc.is_valid(events[column]))["event_type_id"]
        assert set(present.to_pylist()) == types
        assert len(present) == pc.sum(pc.is_in(events["event_type_id"], pa.array(types))).as_py()
    assert 0 <= pc.min(events["ts_micros"]).as_py() <= pc.max(events["ts_micros"]).as_py() < 10**6


def test_rows_are_in_the_order_of_the_contract(events: pa.Table) -> None:
    keys = list(zip(*(events[column].to_pylist() for column in SORT_ORDER), strict=True))
    assert keys == sorted(keys)


def test_every_order_has_all_its_events_in_time_order(events: pa.Table) -> None:
    orders = by_order(events)
    assert len(orders) > 100
    arrived_early = 0
    for rows in orders.values():
        assert [row["sequence"] for row in rows] == list(range(len(rows)))
        types = [row["event_type_id"] for row in rows]
        assert [kind for kind in types if kind not in (5, 7)] == LIFE
        assert types.count(5) == 1
        assert types.index(5) < types.index(6)
        pings = [place for place, kind in enumerate(types) if kind == 7]
        assert pings == list(range(types.index(6) + 1, len(types) - 1))
        times = [row["at"] for row in rows]
        assert times == sorted(times)
        arrived_early += types.index(5) < types.index(4)
    assert 0.35 < arrived_early / len(orders) < 0.65


def test_drivers_report_on_time_and_where_they_are(
    events: pa.Table, make_kitchen: Callable[..., Kitchen]
) -> None:
    kitchen = make_kitchen("sv")
    north_m = 111_195.0
    for rows in by_order(events).values():
        picked_up, delivered = (
            next(row for row in rows if row["event_type_id"] == kind) for kind in (6, 8)
        )
        distance = (delivered["customer_lat"] - kitchen.settings.location.lat) * north_m
        drive = delivered["at"] - picked_up["at"]
        pings = [row for row in rows if row["event_type_id"] == 7]
        assert len(pings) == (drive - 1) // MINUTE
        before = 0.0
        for number, ping in enumerate(pings, start=1):
            assert ping["at"] == picked_up["at"] + number * MINUTE < delivered["at"]
            assert before < ping["ping_progress"] < 100
            before = ping["ping_progress"]
            travelled = (ping["ping_lat"] - kitchen.settings.location.lat) * north_m
            assert travelled == pytest.approx(distance * number * MINUTE / drive, abs=0.5)
        created = rows[0]
        for column in ("customer_lat", "customer_lon"):
            assert delivered[column] == created[column] == round(created[column], 6)
        route = json.loads(picked_up["route_json"])
        assert route[-1] == [delivered["customer_lat"], delivered["customer_lon"]]


def test_the_promised_time_is_the_drive_without_noise(events: pa.Table) -> None:
    errors = []
    for rows in by_order(events).values():
        picked_up = next(row for row in rows if row["event_type_id"] == 6)
        minutes = (rows[-1]["at"] - picked_up["at"]) / MINUTE
        assert minutes >= 0.7
        errors.append(minutes / picked_up["eta_mins"] - 1)
    assert abs(np.mean(errors)) < 0.03
    assert 0.08 < np.std(errors) < 0.16


def test_drives_are_slower_in_the_rush_hour() -> None:
    hours = np.array([6.99, 7.0, 8.99, 9.0, 15.99, 16.0, 18.99, 19.0])
    factors = rush_factor((hours * 3600e6).astype(np.int64) + 5 * 86_400_000_000)
    assert (factors > 1).tolist() == [False, True, True, False, False, True, True, False]


def test_a_drive_that_ends_with_a_ping_has_none_at_the_door() -> None:
    picked_up, delivered = np.array([0, 0, 0]), np.array([MINUTE, MINUTE + 1, 3 * MINUTE])
    eta_minutes = delivered / MINUTE
    drives = Deliveries(np.array([7, 8, 9]), picked_up, picked_up, delivered, eta_minutes)
    pings = pings_between(drives, 60)
    assert pings.order.tolist() == [1, 2, 2]
    assert pings.at.tolist() == [MINUTE, MINUTE, 2 * MINUTE]
    assert np.all((pings.fraction > 0) & (pings.fraction < 1))


@pytest.mark.parametrize(("after_ready", "low", "high"), [(0.0, 1.0, 1.0), (1.0, 0.0, 0.0)])
def test_how_many_drivers_come_early_is_a_setting(
    make_kitchen: Callable[..., Kitchen], after_ready: float, low: float, high: float
) -> None:
    kitchen = make_kitchen("sf", driver_arrival=DriverArrival(3.0, 3.0, after_ready))
    early, parts = [], []
    for rows in by_order(simulate(kitchen, 3, EPOCH).events).values():
        at = {row["event_type_id"]: row["at"] for row in rows}
        assert at[1] < at[5] <= at[6]
        early.append(at[5] < at[4])
        begin, end = (at[4], at[6]) if after_ready else (at[1], at[4])
        parts.append((at[5] - begin) / (end - begin))
    assert low <= np.mean(early) <= high
    # Beta(3, 3): its mean is a half, its deviation the root of 1/28.
    assert np.mean(parts) == pytest.approx(0.5, abs=0.05)
    assert np.std(parts) == pytest.approx(28**-0.5, abs=0.03)


def test_baskets_are_what_the_menus_offer(
    events: pa.Table, catalogue: Catalogue, make_kitchen: Callable[..., Kitchen]
) -> None:
    items = {item.id: item for item in catalogue.items}
    cooking = {
        brand.brand_id
        for brand in make_kitchen("sv").settings.brands
        if brand_weight(brand, 80, 90) > 0
    }
    brands_per_order, items_per_brand, quantities = [], [], []
    for text in events["items_json"].drop_null().to_pylist():
        lines = json.loads(text)
        for line in lines:
            item = items[line["id"]]
            assert list(line) == [
                "id",
                "category_id",
                "menu_id",
                "brand_id",
                "name",
                "price",
                "qty",
            ]
            assert line == {
                "id": item.id,
                "category_id": item.category_id,
                "menu_id": item.menu_id,
                "brand_id": item.brand_id,
                "name": item.name,
                "price": float(item.price),
                "qty": line["qty"],
            }
            quantities.append(line["qty"])
        assert len({line["id"] for line in lines}) == len(lines)
        brands = [line["brand_id"] for line in lines]
        assert set(brands) <= cooking
        brands_per_order.append(len(set(brands)))
        items_per_brand += [brands.count(brand) for brand in set(brands)]
    assert '"price":' in text
    assert set(brands_per_order) == {1, 2, 3}
    assert set(items_per_brand) == set(quantities) == {1, 2, 3}
    assert np.mean(np.array(brands_per_order) == 1) == pytest.approx(0.7, abs=0.12)


@pytest.mark.parametrize(("code", "days"), [("sv", (0, 1, 2, 44, 45)), ("chicago", (4, 5, 60))])
def test_any_kitchen_day_alone_equals_its_part_of_the_whole(
    make_kitchen: Callable[..., Kitchen], code: str, days: Iterable[int]
) -> None:
    # Few stations, so that the queue of the evening reaches over midnight.
    kitchen = make_kitchen(code, stations=3)
    whole, handover = {}, None
    for day in range(max(days) + 1):
        whole[day] = simulate(kitchen, day, EPOCH, handover)
        handover = whole[day].handover
    for day in reversed(days):
        alone = simulate(make_kitchen(code, stations=3), day, EPOCH)
        assert alone.events.equals(whole[day].events)
        assert alone.longest_wait == whole[day].longest_wait


def test_a_late_evening_is_felt_after_midnight(make_kitchen: Callable[..., Kitchen]) -> None:
    kitchen = make_kitchen("sv", stations=1)
    midnight = 30 * 86_400_000_000
    evening = simulate(kitchen, 29, EPOCH)
    busy, placed = evening.handover.early, evening.handover.placed
    night = placed.work.part(None, placed.early)
    rested = cook(night, 29, 1)
    assert night.created[0] - midnight < 1800e6
    assert busy.started[0] - night.created[0] > 1800e6
    assert rested.started[0] - night.created[0] < 1800e6
    assert simulate(kitchen, 30, EPOCH).events.equals(
        simulate(kitchen, 30, EPOCH, evening.handover).events
    )


def test_settings_of_one_kitchen_do_not_change_another(
    make_kitchen: Callable[..., Kitchen],
) -> None:
    alone = simulate(make_kitchen("sf"), 9, EPOCH).events
    make_kitchen("sv", stations=1)
    assert alone.equals(simulate(make_kitchen("sf"), 9, EPOCH).events)
    assert not alone.equals(simulate(make_kitchen("sf", seed=43), 9, EPOCH).events)
    own = make_kitchen("sf", seed=43, random_seed=42)
    # Only the ids differ, and with them the order of events at the same moment: a station that
    # passes from one order to the next.
    same = [name for name in EVENT_COLUMNS.names if name not in ("order_id", "sequence")]
    moment = [(name, "ascending") for name in ("ts_seconds", "ts_micros", "event_type_id")]
    theirs = simulate(own, 9, EPOCH).events.select(same).sort_by(moment)
    assert alone.select(same).sort_by(moment).equals(theirs)


def test_fields_go_missing_as_the_settings_say(make_kitchen: Callable[..., Kitchen]) -> None:
    usual = simulate(make_kitchen("sf"), 9, EPOCH).events
    kitchen = make_kitchen(
        "sf",
        null_probabilities=(
            NullProbability(EVENT_TYPE_IDS["order_created"], "customer_lat", 0.5),
            NullProbability(EVENT_TYPE_IDS["driver_ping"], "ping_lat", 1.0),
        ),
    )
    lossy = simulate(kitchen, 9, EPOCH).events
    assert lossy.equals(simulate(kitchen, 9, EPOCH).events)
    for column in set(EVENT_COLUMNS.names) - {"customer_lat", "ping_lat"}:
        assert lossy[column].equals(usual[column])
    assert lossy["ping_lat"].null_count == lossy.num_rows
    created = lossy.filter(pc.equal(lossy["event_type_id"], 1))["customer_lat"]
    assert created.null_count / len(created) == pytest.approx(0.5, abs=0.12)
    delivered = lossy.filter(pc.equal(lossy["event_type_id"], 8))["customer_lat"]
    assert delivered.null_count == 0


def test_a_day_without_orders_is_an_empty_table(make_kitchen: Callable[..., Kitchen]) -> None:
    made = simulate(make_kitchen("sf", orders_first_day=1e-9), 0, EPOCH)
    assert made.orders == made.longest_wait == 0
    assert made.events.equals(EVENT_COLUMNS.empty_table())


def test_a_customer_next_door_is_still_a_delivery(make_kitchen: Callable[..., Kitchen]) -> None:
    kitchen = make_kitchen("sf", ping_seconds=3600)
    near = delivery_addresses(replace(kitchen.addresses.routes, distance_m=np.array([0.0])))
    made = simulate(replace(kitchen, addresses=near), 0, EPOCH)
    assert made.events["ping_lat"].null_count == made.events.num_rows
    assert set(made.events["event_type_id"].to_pylist()) == {1, 2, 3, 4, 5, 6, 8}
