"""Datasets of the kind that gives itself away: nobody lives in them."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from common.event_schema import EVENT_COLUMNS, EVENT_TYPE_IDS, PEOPLE_COLUMNS
from generator.configuration.defaults import DEFAULT_DAYS, DEFAULT_SEED, DEFAULT_START
from generator.dataset.canonical import make_dataset
from generator.dataset.plan import plan_dataset
from generator.realism.dataset import read_dataset

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from generator.realism.observed import Observed

Row = dict[str, Any]

EPOCH = int((datetime(2024, 1, 1) - datetime(1970, 1, 1)).total_seconds()) * 1_000_000
DAYS = 56
MINUTE = 60_000_000
DAY = 1_440 * MINUTE
KITCHENS = ((37.79, -122.39), (41.89, -87.63))
GOLDEN = 0.618_034
NORTH_PER_METRE = 1 / 111_195
MPH = 0.44704


def event(kind: str, order_id: str, kitchen: int, at: float, **values: object) -> Row:
    seconds, micros = divmod(EPOCH + round(at), 1_000_000)
    return {
        "order_id": order_id,
        "location_id": kitchen + 1,
        "event_type_id": EVENT_TYPE_IDS[kind],
        "ts_seconds": seconds,
        "ts_micros": micros,
        **values,
    }


def write(folder: Path, rows: Sequence[Row], without: Sequence[str] = ()) -> Path:
    """Write events as a dataset, in the order given; `sequence` counts within each order."""
    count: dict[str, int] = {}
    for row in rows:
        row["sequence"] = count.get(row["order_id"], 0)
        count[row["order_id"]] = row["sequence"] + 1
    names = [name for name in EVENT_COLUMNS.names if name not in without]
    schema = pa.schema([EVENT_COLUMNS.field(name) for name in names])
    columns = [[row.get(name) for row in rows] for name in names]
    folder.mkdir(parents=True, exist_ok=True)
    arrays = [pa.array(column, field.type) for column, field in zip(columns, schema, strict=True)]
    pq.write_table(pa.Table.from_arrays(arrays, schema=schema), folder / "events.parquet")
    return folder


def place_north(kitchen: int, metres: float) -> tuple[float, float]:
    latitude, longitude = KITCHENS[kitchen]
    return latitude + metres * NORTH_PER_METRE, longitude


def _basket(lines: int, brand: int) -> str:
    """Return a basket of $30 whatever is in it."""
    return json.dumps(
        [
            {"id": 100 * brand + 10 * lines + line, "category_id": 1, "menu_id": 1,
             "brand_id": brand, "name": "Dish", "price": 30 / lines, "qty": 1}
            for line in range(lines)
        ]
    )  # fmt: skip


def _drive(
    order_id: str, kitchen: int, begin: float, metres: float, mph: float, **values: object
) -> tuple[list[Row], float]:
    """Return a drive north at one speed with a fix each minute, and its end."""
    minutes = metres / (mph * MPH) / 60
    route = json.dumps([place_north(kitchen, each) for each in (0.0, metres / 2, metres)])
    rows = [
        event("driver_picked_up", order_id, kitchen, begin, route_json=route,
                   eta_mins=minutes / 2, **values)
    ]  # fmt: skip
    for minute in range(1, int(np.ceil(minutes))):
        latitude, longitude = place_north(kitchen, metres * minute / minutes)
        rows.append(
            event("driver_ping", order_id, kitchen, begin + minute * MINUTE,
                       ping_lat=latitude, ping_lon=longitude,
                       ping_progress=100 * minute / minutes, **values)
        )  # fmt: skip
    return rows, begin + round(minutes * 60_000) * 1_000


def dull_rows() -> list[Row]:
    """Return orders of machines: even in time, always the same, by forty addresses."""
    rng = np.random.default_rng(1)
    rows: list[Row] = []
    number = 0
    for day in range(DAYS):
        for kitchen in range(len(KITCHENS)):
            for _ in range(60 + (8 if (day + kitchen) % 2 else -8)):
                number += 1
                # Sub-millisecond digits that all events of the order will have.
                created = day * DAY + (9 + 13 * (number * GOLDEN % 1)) * 60 * MINUTE
                created = created // 1_000 * 1_000 + number % 999 + 1
                rows += _dull_order(number, kitchen, created, rng)
    return rows


def _dull_order(number: int, kitchen: int, created: float, rng: np.random.Generator) -> list[Row]:
    order_id = f"d{number}"
    door = number % 20
    metres = 4_000 + 2_500 * door / 19
    latitude, longitude = place_north(kitchen, metres)
    steps = created + MINUTE * np.array([2.0, 12.0 + number % 5 / 10, 14.0, 10.0])
    rush = 16 <= created % DAY / MINUTE / 60 < 19
    drive, end = _drive(order_id, kitchen, steps[2] + 6 * MINUTE, metres, 16 if rush else 40)
    items = _basket(1 + int(rng.integers(3)), 1 + number // 20 % 8)
    return [
        event("order_created", order_id, kitchen, created, customer_lat=latitude,
                   customer_lon=longitude, customer_addr=f"{door} Even St", items_json=items),
        event("gk_started", order_id, kitchen, steps[0]),
        event("gk_finished", order_id, kitchen, steps[1]),
        event("driver_arrived", order_id, kitchen, steps[3]),
        event("gk_ready", order_id, kitchen, steps[2]),
        *drive,
        event("delivered", order_id, kitchen, end, customer_lat=latitude,
                   customer_lon=longitude),
    ]  # fmt: skip


def absurd_rows() -> list[Row]:
    """Return orders of people who are unlike any: two meals a day, in pairs, always late."""
    rng = np.random.default_rng(2)
    rows: list[Row] = []
    for number in range(4_000):
        kitchen, day = number % 2, number // 2 % DAYS
        meal = 12 if rng.random() < 0.5 else 21
        minute = float(rng.integers(60))
        pair = [f"a{number}-{each}" for each in range(2)]
        for second, order_id in enumerate(pair):
            created = day * DAY + (meal * 60 + minute) * MINUTE
            rows += _absurd_order(order_id, kitchen, created, second * 30.0, rng)
    return rows


def _absurd_order(
    order_id: str, kitchen: int, created: float, later: float, rng: np.random.Generator
) -> list[Row]:
    metres = 300.0 + 600.0 * rng.random()
    latitude, longitude = place_north(kitchen, metres)
    driver = {"driver_id": f"driver{created // DAY}-{kitchen}"}
    ready = created + 20 * MINUTE
    drive, end = _drive(order_id, kitchen, ready + 8 * MINUTE, metres, 8 - later / 30, **driver)
    end += later * MINUTE
    # The promise is five minutes before the door, more or less as often.
    promised = (end - created) / MINUTE - 5 + 5 * rng.standard_normal()
    large = rng.random() < 0.1
    payment = {
        "subtotal": "30.00", "delivery_fee": "0.10", "service_fee": "0.20", "tax": "6.00",
        "tip": "18.00" if large else "0.00", "discount": "0.00" if large else "9.00",
        "total": "45.30" if large else "27.30",
    }  # fmt: skip
    rows = [
        event("order_created", order_id, kitchen, created, customer_lat=latitude,
                   customer_lon=longitude, customer_addr="1 Odd St",
                   customer_id=f"c{kitchen}-{created // DAY // 14}-{rng.integers(125)}",
                   items_json=_basket(1, 1 + int(created // DAY // 3 % 2)),
                   promised_mins=promised, payment_json=json.dumps(payment)),
        event("gk_started", order_id, kitchen, created + MINUTE),
        event("gk_finished", order_id, kitchen, created + 15 * MINUTE),
        event("gk_ready", order_id, kitchen, ready),
    ]  # fmt: skip
    if rng.random() < 0.2:
        reason = "no_courier" if rng.random() < 0.5 else "customer_changed_mind"
        return [*rows, event("order_cancelled", order_id, kitchen, end, reason=reason)]
    return [
        *rows,
        event("driver_arrived", order_id, kitchen, ready, **driver),
        *drive,
        event("delivered", order_id, kitchen, end, customer_lat=latitude,
                   customer_lon=longitude, **driver),
    ]  # fmt: skip


@pytest.fixture(scope="session")
def make_event() -> Callable[..., Row]:
    """Make an event: its type, order, number of the kitchen, microseconds since day 0, columns."""
    return event


@pytest.fixture(scope="session")
def write_events() -> Callable[..., Path]:
    """Write events as a dataset into a folder, and return it."""
    return write


@pytest.fixture(scope="session")
def point_north() -> Callable[..., tuple[float, float]]:
    """Return the place so many metres north of a kitchen."""
    return place_north


@pytest.fixture(scope="session")
def dull_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of the form without people."""
    return write(tmp_path_factory.mktemp("dull"), dull_rows(), PEOPLE_COLUMNS)


@pytest.fixture(scope="session")
def dull(dull_folder: Path) -> Observed:
    return read_dataset(dull_folder, DAYS)


@pytest.fixture(scope="session")
def absurd(tmp_path_factory: pytest.TempPathFactory) -> Observed:
    """A dataset with people in it, as nobody is."""
    return read_dataset(write(tmp_path_factory.mktemp("absurd"), absurd_rows()), DAYS)


@pytest.fixture(scope="session")
def default_dataset(tmp_path_factory: pytest.TempPathFactory) -> Observed:
    """What `python -m generator canonical` makes."""
    folder = tmp_path_factory.mktemp("default") / "canonical"
    plan = plan_dataset(
        days=DEFAULT_DAYS, start=DEFAULT_START, seed=DEFAULT_SEED, locations=None,
        configurations=(), roads="synthetic", engine="local",
    )  # fmt: skip
    make_dataset(plan, folder)
    return read_dataset(folder, DEFAULT_DAYS)
