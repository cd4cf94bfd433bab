"""A snapshot says what the events up to its moment say, and of couriers what is between them."""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa
import pytest
from numpy.typing import NDArray

from common.earth import METRES_PER_DEGREE
from generator.dataset.canonical import make_dataset
from generator.dataset.kitchens import prepare_kitchens
from generator.dataset.plan import DatasetPlan, plan_dataset
from generator.simulation.cooking.recipes import Equipment
from generator.simulation.lived_day import live_day
from generator.simulation.prepared_kitchen import Kitchen
from generator.snapshot.snapshot import Snapshot, World

DAYS = 4
DAY = 86_400_000_000
MINUTE = 60_000_000
ZERO = datetime(2024, 1, 1)
STAGES = {1: "waiting", 2: "cooking", 3: "packing", 4: "ready", 6: "on_the_way"}
# Half of a fix's error is that of the whole drive: three deviations of the worst telephone.
NOISE_M = 75.0

Row = dict[str, Any]
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Dataset:
    folder: Path
    plan: DatasetPlan


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    plan = plan_dataset(days=DAYS, locations=["sv", "chicago"])
    folder = tmp_path_factory.mktemp("dataset")
    make_dataset(plan, folder)
    return Dataset(folder, plan)


def _kitchens(dataset: Dataset) -> list[Kitchen]:
    return [planned.kitchen for planned in prepare_kitchens(dataset.plan)]


@pytest.fixture(scope="module")
def world(dataset: Dataset) -> World:
    return World(_kitchens(dataset), DAYS)


@pytest.fixture(scope="module")
def events(dataset: Dataset) -> list[list[Row]]:
    """The orders of three cycles as they land: ids with a suffix, times one cycle later each."""
    rows = duckdb.sql(
        f"""select *, (ts_seconds - {dataset.plan.epoch}) * 1000000 + ts_micros as at
        from '{dataset.folder / "events.parquet"}' order by order_id, sequence"""
    ).to_arrow_table()
    orders: list[list[Row]] = []
    for cycle in range(3):
        suffix = f"-L{cycle}" if cycle else ""
        for _, order in groupby(rows.to_pylist(), key=lambda row: row["order_id"]):
            orders.append(
                [
                    row
                    | {"order_id": row["order_id"] + suffix, "at": row["at"] + cycle * DAYS * DAY}
                    for row in order
                ]
            )
    return orders


def _moments() -> Iterator[int]:
    """Random moments, most of them at meals, some around the end of a cycle."""
    rng = random.Random(16)  # noqa: S311
    for _ in range(9):
        yield int((rng.randrange(DAYS) + rng.uniform(0.45, 0.9)) * DAY)
        yield rng.randrange(DAYS * DAY)
        yield DAYS * DAY * rng.choice((1, 2)) + rng.randrange(-DAY // 8, DAY // 12)
        yield rng.randrange(DAYS * DAY, 3 * DAYS * DAY)


MOMENTS = sorted(_moments())


@dataclass
class Told:
    """What events up to a moment say of an open order, and where it goes."""

    location_id: int
    stage: str
    since: int
    customer_id: str
    driver_id: str | None
    all_events: list[list[Row]]


def _told(events: list[list[Row]], at: int) -> dict[str, Told]:
    told: dict[str, Told] = {}
    for rows in events:
        if not rows[0]["at"] <= at < rows[-1]["at"] + DAY:
            continue
        so_far = [row for row in rows if row["at"] <= at]
        types = {row["event_type_id"] for row in so_far}
        if 1 not in types or types & {8, 9}:
            continue
        last = max(types & STAGES.keys())
        told[rows[0]["order_id"]] = Told(
            location_id=rows[0]["location_id"],
            stage=STAGES[last],
            since=next(row["at"] for row in so_far if row["event_type_id"] == last),
            customer_id=next(row["customer_id"] for row in rows if row["event_type_id"] == 1),
            driver_id=next((row["driver_id"] for row in so_far if row["driver_id"]), None),
            all_events=rows,
        )
    return told


def _rows(snapshot: Snapshot, table: str) -> list[Row]:
    rows: list[Row] = snapshot.tables[table].to_pylist()
    return rows


@pytest.mark.parametrize("at", MOMENTS)
def test_open_orders_are_those_that_the_events_say(
    world: World, events: list[list[Row]], at: int
) -> None:
    snapshot = world.at(at, ZERO)
    told = _told(events, at)
    found = {row["order_id"]: row for row in _rows(snapshot, "orders")}
    assert found.keys() == told.keys()
    for order_id, row in found.items():
        order = told[order_id]
        assert (row["location_id"], row["stage"], row["customer_id"], row["driver_id"]) == (
            *(order.location_id, order.stage, order.customer_id, order.driver_id),
        )
        assert row["since_ts"] == ZERO + timedelta(microseconds=order.since)
    counts = Counter((order.location_id, order.stage) for order in told.values())
    for row in _rows(snapshot, "stages"):
        assert row["orders"] == counts[row["location_id"], row["stage"]]


@pytest.mark.parametrize("at", MOMENTS)
def test_stations_are_busy_with_the_orders_that_are_being_cooked(
    world: World, events: list[list[Row]], at: int
) -> None:
    cooking = Counter(
        order.location_id for order in _told(events, at).values() if order.stage == "cooking"
    )
    waiting = Counter(
        order.location_id for order in _told(events, at).values() if order.stage == "waiting"
    )
    seam = at % (DAYS * DAY) < DAY // 4 and at >= DAYS * DAY
    for row in _rows(world.at(at, ZERO), "stations"):
        assert 0 <= row["for_cancelled"] <= row["busy"]
        # Where a cycle begins the last orders of the one before it are cooked as well.
        assert row["busy"] <= row["number"] or seam
        if row["kind"] == "position":
            assert row["busy"] - row["for_cancelled"] == cooking[row["location_id"]]
            assert row["orders_waiting"] == waiting[row["location_id"]]
        elif not cooking[row["location_id"]]:
            assert row["busy"] == row["for_cancelled"]


@pytest.mark.parametrize("at", MOMENTS)
def test_couriers_carry_what_the_events_say_where_the_events_say(
    world: World, events: list[list[Row]], at: int
) -> None:
    told = _told(events, at)
    carried, waited = defaultdict(list), defaultdict(list)
    for order_id, order in sorted(told.items()):
        if order.driver_id:
            on_board = order.stage == "on_the_way"
            (carried if on_board else waited)[order.driver_id].append(order_id)
    on_the_way = {"driving", "handing_over"}
    couriers = _rows(world.at(at, ZERO), "couriers")
    found = {row["driver_id"]: row for row in couriers if row["state"] in on_the_way}
    assert {driver: row["order_ids"] for driver, row in found.items()} == carried
    at_kitchen = {
        row["driver_id"]: row["order_ids"]
        for row in couriers
        if row["state"] == "waiting" and row["order_ids"]
    }
    assert at_kitchen == waited
    for row in couriers:
        assert (row["lat"] is None) == (row["lon"] is None) == (row["state"] == "off_shift")
        if row["state"] == "returning":
            assert row["order_ids"] == []
    for row in found.values():
        for order_id in row["order_ids"]:
            _check_place(row, told[order_id].all_events, at, alone=len(row["order_ids"]) == 1)


def _check_place(courier: Row, rows: list[Row], at: int, *, alone: bool) -> None:
    """A courier is on the route of the order, between the fix before and the fix after."""
    here = np.array([courier["lat"], courier["lon"]])
    created = next(row for row in rows if row["event_type_id"] == 1)
    picked_up = next(row for row in rows if row["event_type_id"] == 6)
    if courier["state"] == "handing_over" and alone:
        door = np.array([created["customer_lat"], created["customer_lon"]])
        assert _metres(here, door) < 2.0
        return
    route = np.array(json.loads(picked_up["route_json"]))
    driven, away = _along(route, here)
    assert away < 3.0
    if not alone or picked_up["route_json"].count("[") != len(route) + 1 or _comes_again(route):
        return
    fixes = [row for row in rows if row["event_type_id"] == 7]
    before = [row for row in fixes if row["at"] <= at]
    after = [row for row in fixes if row["at"] >= at]
    if before:
        assert driven >= _along(route, _fix(before[-1]))[0] - NOISE_M
    if after:
        assert driven <= _along(route, _fix(after[0]))[0] + NOISE_M


def _fix(row: Row) -> Array:
    return np.array([row["ping_lat"], row["ping_lon"]])


def _comes_again(route: Array) -> bool:
    """Whether a route passes a place twice, as one with another door on its way."""
    places = [tuple(point) for point in route.tolist()]
    return len(set(places)) < len(places)


def _metres(one: Array, other: Array) -> float:
    return _along(np.array([one, one]), other)[1]


def _along(route: Array, place: Array) -> tuple[float, float]:
    """Metres from the beginning of a route to its point that is nearest, and to that point."""
    shrink = np.array([1.0, np.cos(np.deg2rad(route[0, 0]))]) * METRES_PER_DEGREE
    points, here = (route - route[0]) * shrink, (place - route[0]) * shrink
    steps = np.diff(points, axis=0)
    length = np.linalg.norm(steps, axis=1)
    part = ((here - points[:-1]) * steps).sum(axis=1) / np.maximum(length**2, 1e-9)
    part = np.clip(part, 0.0, 1.0)
    away = np.linalg.norm(points[:-1] + part[:, np.newaxis] * steps - here, axis=1)
    nearest = int(away.argmin())
    return float(length[:nearest].sum() + part[nearest] * length[nearest]), float(away[nearest])


def test_who_drives_back_was_at_a_door_and_comes_to_the_kitchen(
    world: World, events: list[list[Row]]
) -> None:
    seen = 0
    by_courier: dict[str, list[Row]] = defaultdict(list)
    routes = {}
    for row in (row for order in events for row in order if row["driver_id"]):
        by_courier[row["driver_id"]].append(row)
        routes[row["order_id"]] = row["route_json"] or routes.get(row["order_id"])
    for at in MOMENTS:
        later = {row["driver_id"]: row for row in _rows(world.at(at + MINUTE, ZERO), "couriers")}
        for courier in _rows(world.at(at, ZERO), "couriers"):
            if courier["state"] != "returning":
                continue
            rows = by_courier[courier["driver_id"]]
            before = max((row for row in rows if row["at"] <= at), key=lambda row: row["at"])
            if before["event_type_id"] != 8:
                continue  # nobody opened: the cancelled order names no courier
            route = np.array(json.loads(routes[before["order_id"]]))
            here, away = _along(route, np.array([courier["lat"], courier["lon"]]))
            assert away < 3.0
            then = later[courier["driver_id"]]
            if then["state"] == "returning" and not _comes_again(route):
                assert _along(route, np.array([then["lat"], then["lon"]]))[0] < here
                seen += 1
    assert seen > 10


@pytest.mark.parametrize("at", MOMENTS[::4])
def test_customers_are_counted_as_the_events_have_them(
    world: World, events: list[list[Row]], at: int
) -> None:
    told = _told(events, at)
    for row in _rows(world.at(at, ZERO), "population"):
        orders = [
            (rows[0]["at"], rows[0]["customer_id"])
            for rows in events
            if rows[0]["location_id"] == row["location_id"] and rows[0]["at"] <= at
        ]
        assert row["customers"] == len({customer for _, customer in orders})
        for column, days in (
            ("ordered_last_day", 1),
            ("ordered_last_7_days", 7),
            ("ordered_last_28_days", 28),
        ):
            recent = {customer for moment, customer in orders if moment > at - days * DAY}
            assert row[column] == len(recent)
        assert row["with_open_order"] == len(
            {
                order.customer_id
                for order in told.values()
                if order.location_id == row["location_id"]
            }
        )
        assert row["people"] > row["customers"]


def test_a_snapshot_does_not_depend_on_what_was_asked_before(dataset: Dataset) -> None:
    kitchens = _kitchens(dataset)
    asked = World(kitchens, DAYS)
    moments = random.Random(3).sample(MOMENTS, 12)  # noqa: S311
    for at in moments:
        fresh = World(kitchens, DAYS).at(at, ZERO)
        assert asked.at(at, ZERO).tables == fresh.tables


def test_dishes_are_never_on_more_equipment_than_there_is(dataset: Dataset) -> None:
    for kitchen in _kitchens(dataset):
        for day in range(-1, DAYS):
            lived = live_day(kitchen, day)
            steps, cooked = lived.steps, lived.served.cooked
            assert (steps.asked <= steps.begins).all()
            assert (cooked.started[steps.order] <= steps.begins).all()
            assert (steps.ends <= cooked.finished[steps.order]).all()
            for kind in Equipment:
                used = (steps.equipment == kind) & (steps.begins < steps.ends)
                at = np.concatenate((steps.ends[used], steps.begins[used]))
                change = np.repeat((-1, 1), used.sum())
                in_use = np.cumsum(change[np.argsort(at, kind="stable")])
                assert in_use.max(initial=0) <= lived.equipment[kind]


def test_nobody_is_named(world: World) -> None:
    for table in world.at(MOMENTS[0], ZERO).tables.values():
        assert not {"name", "driver_name", "customer_name"} & set(table.column_names)
        assert isinstance(table, pa.Table)
