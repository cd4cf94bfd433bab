from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from common.earth import METRES_PER_DEGREE
from common.event_schema import (
    EVENT_COLUMNS,
    EVENT_TYPE_IDS,
    OLDER_EVENT_COLUMNS,
    PAYMENT_KEYS,
    SORT_ORDER,
)
from common.rng import Purpose, make_rng
from generator.configuration.kitchen_settings import DriverArrival, NullProbability, PositionReports
from generator.simulation.delivery.couriers import draw_fleet
from generator.simulation.demand.day_conditions import brand_weight
from generator.simulation.event_table import delivery_addresses
from generator.simulation.kitchen_day import simulate
from generator.simulation.orders.cancellations import REASONS
from generator.simulation.records import rows_of
from generator.simulation.working_day import serve_working_day

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from generator.catalogue.records import Catalogue
    from generator.simulation.prepared_kitchen import Kitchen

EPOCH = 1_704_067_200
MINUTE = 60_000_000
LIFE = [1, 2, 3, 4, 6, 8]  # 5, the driver's arrival, may come anywhere before 6
EXACT = PositionReports(seconds=60, jitter_seconds=0.0, noise_m=0.0, loss=0.0)


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
        "customer_id": "string",
        "promised_mins": "double",
        "payment_json": "string",
        "driver_id": "string",
        "reason": "string",
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
        "customer_id": {1},
        "promised_mins": {1},
        "payment_json": {1},
        "driver_id": {5, 6, 7, 8},
        "reason": {9},
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
    arrived_early, delivered = 0, 0
    for rows in orders.values():
        assert [row["sequence"] for row in rows] == list(range(len(rows)))
        types = [row["event_type_id"] for row in rows]
        times = [row["at"] for row in rows]
        assert times == sorted(times)
        assert all(at % 1000 == 0 for at in times)
        if types[-1] == 9:
            told = [kind for kind in types if kind not in (5, 7, 9)]
            assert told == LIFE[: len(told)] != LIFE
            continue
        delivered += 1
        assert [kind for kind in types if kind not in (5, 7)] == LIFE
        assert types.count(5) == 1
        assert types.index(5) < types.index(6)
        pings = [place for place, kind in enumerate(types) if kind == 7]
        assert pings == list(range(types.index(6) + 1, len(types) - 1))
        arrived_early += types.index(5) < types.index(4)
    assert 0.35 < arrived_early / delivered < 0.65


def test_some_orders_are_cancelled_and_end_where_their_reason_says(
    make_kitchen: Callable[..., Kitchen],
) -> None:
    last_before: dict[str, set[int]] = {reason: set() for reason in REASONS}
    cancelled, orders = 0, 0
    # Fewer couriers than the forecast asks for, so that some bag waits in vain.
    kitchen = replace(make_kitchen("chicago"), minutes_an_order=12.0)
    for day in range(30, 50):
        for rows in by_order(simulate(kitchen, day, EPOCH).events).values():
            orders += 1
            types = [row["event_type_id"] for row in rows]
            assert types.count(9) == (types[-1] == 9) == (8 not in types)
            if types[-1] == 9:
                cancelled += 1
                last_before[rows[-1]["reason"]].add(max(types[:-1]))
    assert 0.015 < cancelled / orders < 0.06
    assert last_before["customer_changed_mind"] == {1, 2}
    assert last_before["item_unavailable"] == {1}
    assert last_before["no_courier"] == {4}
    assert last_before["address_not_found"] <= {6, 7}
    assert all(last_before.values())


def test_drivers_report_on_time_and_where_they_are(make_kitchen: Callable[..., Kitchen]) -> None:
    kitchen = make_kitchen("sv", position_reports=EXACT)
    standing, fixes = 0, 0
    for rows in by_order(simulate(kitchen, 80, EPOCH).events).values():
        if rows[-1]["event_type_id"] != 8:
            continue
        picked_up = next(row for row in rows if row["event_type_id"] == 6)
        created, delivered = rows[0], rows[-1]
        drive = delivered["at"] - picked_up["at"]
        pings = [row for row in rows if row["event_type_id"] == 7]
        assert len(pings) == (drive - 1) // MINUTE
        before = 0.0
        for number, ping in enumerate(pings, start=1):
            assert ping["at"] == picked_up["at"] + number * MINUTE < delivered["at"]
            assert before <= ping["ping_progress"] <= 100
            fixes += 1
            standing += before == ping["ping_progress"]
            before = ping["ping_progress"]
            north = (ping["ping_lat"] - kitchen.settings.location.lat) * METRES_PER_DEGREE
            assert north + 0.1 >= 0.0
            assert ping["driver_id"] == delivered["driver_id"] == picked_up["driver_id"]
        # Minutes at the door.
        if drive > 6 * MINUTE:
            assert pings[-1]["ping_progress"] == 100.0
        for column in ("customer_lat", "customer_lon"):
            assert created[column] == round(created[column], 6)
            assert delivered[column] == created[column]
        route = json.loads(picked_up["route_json"])
        assert route[-1] == [delivered["customer_lat"], delivered["customer_lon"]]
    assert 0.1 < standing / fixes < 0.5


def test_telephones_are_unpunctual_and_inexact_as_the_settings_say(
    make_kitchen: Callable[..., Kitchen],
) -> None:
    def fixes(**changes: float) -> pa.Table:
        reports = replace(EXACT, **changes)
        events = simulate(make_kitchen("sv", position_reports=reports), 80, EPOCH).events
        return events.filter(pc.equal(events["event_type_id"], 7))

    exact = fixes()
    assert len(fixes(loss=1.0)) == 0
    assert len(fixes(loss=0.25)) / len(exact) == pytest.approx(0.75, abs=0.05)
    late = fixes(jitter_seconds=2.0)
    assert len(late) == pytest.approx(len(exact), abs=9)
    millis = pc.divide(late["ts_micros"], 1000).to_numpy()
    assert len(set(millis.tolist())) > 500
    noisy = fixes(noise_m=40.0)
    east = (noisy["ping_lon"].to_numpy() - exact["ping_lon"].to_numpy()) * METRES_PER_DEGREE
    assert np.std(east * np.cos(np.deg2rad(37.4))) == pytest.approx(40.0, rel=0.25)


def test_the_promised_drive_is_what_is_usual_and_errors_lean_to_the_late_side(
    make_kitchen: Callable[..., Kitchen],
) -> None:
    ratios, promises = [], []
    for day in range(70, 80):
        for rows in by_order(simulate(make_kitchen("chicago"), day, EPOCH).events).values():
            if rows[-1]["event_type_id"] != 8:
                continue
            picked_up = next(row for row in rows if row["event_type_id"] == 6)
            ratios.append((rows[-1]["at"] - picked_up["at"]) / MINUTE / picked_up["eta_mins"])
            promises.append((rows[-1]["at"] - rows[0]["at"]) / MINUTE - rows[0]["promised_mins"])
    assert np.mean(ratios) == pytest.approx(1.0, abs=0.06)
    assert np.mean((np.array(ratios) - np.mean(ratios)) ** 3) > 0
    late = np.array(promises)
    assert 0.6 < np.mean(late <= 0) < 0.95
    assert np.mean((late - late.mean()) ** 3) / late.std() ** 3 > 0.4


def test_one_courier_brings_two_orders_past_the_first_door(
    make_kitchen: Callable[..., Kitchen],
) -> None:
    kitchen = make_kitchen("sf", position_reports=EXACT)
    pairs = 0
    for day in range(60, 63):
        trips: dict[tuple[str, int], list[list[dict]]] = {}
        for rows in by_order(simulate(kitchen, day, EPOCH).events).values():
            picked_up = next((row for row in rows if row["event_type_id"] == 6), None)
            if picked_up is not None:
                trips.setdefault((picked_up["driver_id"], picked_up["at"]), []).append(rows)
        for orders in trips.values():
            assert len(orders) <= 2
            if len(orders) == 1:
                continue
            pairs += 1
            first, second = sorted(orders, key=lambda rows: rows[-1]["at"])
            assert first[-1]["at"] < second[-1]["at"]
            places = [
                {(row["at"], row["ping_lat"]) for row in rows if row["event_type_id"] == 7}
                for rows in (first, second)
            ]
            assert places[0] <= places[1]
            routes = [
                json.loads(next(row for row in rows if row["event_type_id"] == 6)["route_json"])
                for rows in (first, second)
            ]
            assert routes[0][-1] in routes[1][:-1]
    assert pairs > 10


def test_a_courier_is_at_one_place_at_a_time_and_works_for_one_kitchen(
    make_kitchen: Callable[..., Kitchen],
) -> None:
    couriers: dict[str, set[str]] = {}
    for code in ("sf", "sv"):
        spans: dict[str, set[tuple[int, int]]] = {}
        for rows in by_order(simulate(make_kitchen(code), 33, EPOCH).events).values():
            for row in rows:
                if row["event_type_id"] == 6:
                    spans.setdefault(row["driver_id"], set()).add((row["at"], rows[-1]["at"]))
        for drives in spans.values():
            trips: dict[int, int] = {}
            for begin, end in drives:
                trips[begin] = max(end, trips.get(begin, 0))
            ordered = sorted(trips.items())
            assert all(one[1] <= other[0] for one, other in pairwise(ordered))
        couriers[code] = set(spans)
        assert max(len(drives) for drives in spans.values()) > 2
    assert not couriers["sf"] & couriers["sv"]


def test_payments_add_up_to_the_cent(events: pa.Table) -> None:
    rates = set()
    for row in events.filter(pc.equal(events["event_type_id"], 1)).to_pylist():
        payment = json.loads(row["payment_json"])
        assert tuple(payment) == PAYMENT_KEYS
        assert all(re.fullmatch(r"[0-9]+\.[0-9]{2}", amount) for amount in payment.values())
        cents = {key: round(float(amount) * 100) for key, amount in payment.items()}
        lines = json.loads(row["items_json"])
        assert cents["subtotal"] == sum(round(line["price"] * 100) * line["qty"] for line in lines)
        charged = sum(cents[key] for key in PAYMENT_KEYS[:5]) - cents["discount"]
        assert cents["total"] == charged
        if cents["subtotal"] - cents["discount"] > 2000:
            rates.add(round(cents["tax"] / (cents["subtotal"] - cents["discount"]), 3))
    assert rates == {0.091}  # of Mountain View


def test_the_same_people_order_again_from_the_same_door(
    make_kitchen: Callable[..., Kitchen],
) -> None:
    doors: dict[str, set[str]] = {}
    orders = 0
    for day in range(40, 54):
        events = simulate(make_kitchen("bellevue"), day, EPOCH).events
        for row in events.filter(pc.equal(events["event_type_id"], 1)).to_pylist():
            orders += 1
            doors.setdefault(row["customer_id"], set()).add(row["customer_addr"])
    assert all(len(addresses) == 1 for addresses in doors.values())
    assert 1.15 < orders / len(doors) < 3
    flats = [address for [address] in doors.values() if ", Apt " in address]
    assert 0.05 < len(flats) / len(doors) < 0.6


@pytest.mark.parametrize("day", [3, 12, 19])
def test_without_people_the_same_orders_have_the_older_form(
    make_kitchen: Callable[..., Kitchen], day: int
) -> None:
    told = simulate(make_kitchen("chicago"), day, EPOCH)
    older = simulate(make_kitchen("chicago", people=False), day, EPOCH)
    assert older.events.schema.equals(OLDER_EVENT_COLUMNS)
    cancelled = pc.equal(told.events["event_type_id"], 9)
    gone = told.events.filter(cancelled)["order_id"].combine_chunks()
    assert len(gone) > 0
    # Who was taken along with an order that ends at the door is still driven past that door.
    kept = told.events.filter(pc.invert(pc.is_in(told.events["order_id"], gone)))
    assert older.events.equals(kept.select(OLDER_EVENT_COLUMNS.names))
    assert older.orders == told.orders - len(gone)


@pytest.mark.parametrize(("after_ready", "low", "high"), [(0.0, 1.0, 1.0), (1.0, 0.0, 0.0)])
def test_how_many_drivers_come_early_is_a_setting(
    make_kitchen: Callable[..., Kitchen], after_ready: float, low: float, high: float
) -> None:
    # So many stations and, by their number, couriers that nobody has to wait for one.
    kitchen = make_kitchen(
        "sf",
        driver_arrival=DriverArrival(3.0, 3.0, after_ready),
        stations=200,
        all_stations_open=True,
    )
    fleet = draw_fleet(make_rng(1, 1, 0, Purpose.COURIERS), 9000.0, 20.0)
    kitchen = replace(kitchen, minutes_an_order=400.0, fleet=fleet)
    early, parts = [], []
    orders = by_order(simulate(kitchen, 3, EPOCH).events).values()
    leaves = Counter(
        (row["driver_id"], row["at"])
        for rows in orders
        for row in rows
        if row["event_type_id"] == 6
    )
    for rows in orders:
        at = {row["event_type_id"]: row["at"] for row in rows}
        # A courier who takes two orders comes for the first of them.
        if 9 in at or leaves[rows[-1]["driver_id"], at[6]] > 1:
            continue
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
    prices: dict[int, set[float]] = {}
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
                "price": line["price"],
                "qty": line["qty"],
            }
            # Prices change now and then, by some per cent.
            assert line["price"] == pytest.approx(float(item.price), rel=0.15)
            assert line["price"] == round(line["price"], 2)
            prices.setdefault(item.id, set()).add(line["price"])
            quantities.append(line["qty"])
        assert len({line["id"] for line in lines}) == len(lines)
        brands = [line["brand_id"] for line in lines]
        assert set(brands) <= cooking
        brands_per_order.append(len(set(brands)))
        items_per_brand += [brands.count(brand) for brand in set(brands)]
    assert '"price":' in text
    assert set(brands_per_order) == {1, 2, 3}
    assert {1, 2, 3, 4} <= set(items_per_brand)
    assert {1, 2, 3} <= set(quantities) <= set(range(1, 13))
    assert np.mean(np.array(brands_per_order) == 1) == pytest.approx(0.7, abs=0.12)
    assert all(len(of_a_day) == 1 for of_a_day in prices.values())


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
    busy, placed = evening.handover.early.cooked, evening.handover.placed
    night = rows_of(placed.requests, slice(None, placed.early))
    rested = serve_working_day(kitchen, 29, night).cooked
    created = night.work.created
    assert created[0] - midnight < 1800e6
    assert busy.started[0] - created[0] > 1800e6
    assert rested.started[0] - created[0] < 1800e6
    alone = simulate(kitchen, 30, EPOCH).events
    # What was handed over can be used twice.
    assert alone.equals(simulate(kitchen, 30, EPOCH, evening.handover).events)
    assert alone.equals(simulate(kitchen, 30, EPOCH, evening.handover).events)


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
    ids = ("order_id", "customer_id", "driver_id", "sequence")
    same = [name for name in EVENT_COLUMNS.names if name not in ids]
    keys = ("ts_seconds", "ts_micros", "event_type_id", "ping_progress", "eta_mins")
    moment = [(name, "ascending") for name in keys]
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
    kitchen = make_kitchen("sf", position_reports=replace(EXACT, seconds=3600))
    near = delivery_addresses(replace(kitchen.addresses.routes, distance_m=np.array([0.0])))
    population = replace(kitchen.population, address=np.zeros_like(kitchen.population.address))
    made = simulate(replace(kitchen, addresses=near, population=population), 0, EPOCH)
    assert made.events["ping_lat"].null_count == made.events.num_rows
    assert set(made.events["event_type_id"].to_pylist()) >= {1, 2, 3, 4, 5, 6, 8}
