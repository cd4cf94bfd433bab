"""A window for the page *Now*: published tables with a few orders, and their replay."""

import json
import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

import duckdb

from common.canonical_dataset import DatasetProfile
from common.landed_files import window_file_name
from common.landing.landing import Landing
from common.landing.settings import Settings, first_settings, read_settings, write_settings
from common.landing.window import emitted_time, microseconds
from common.snapshots import snapshot_file_name

KITCHEN = (37.7890, -122.3942)
DOOR = (37.7700, -122.4200)
BEGAN = datetime(2026, 11, 20, 9, 0)
STEPS = ("started", "finished", "ready", "arrived", "picked_up", "delivered", "cancelled")


@dataclass(frozen=True)
class Order:
    """An order: when it was placed, and after how many minutes each step came."""

    order_id: str
    created_ts: datetime
    steps: dict[str, float]
    driver_id: str | None = "driver1"
    revenue: str = "20.00"
    location_id: int = 1
    fixes: tuple[tuple[float, float, float], ...] = ()

    def at(self, step: str) -> datetime | None:
        """When a step came."""
        if step not in self.steps:
            return None
        return self.created_ts + timedelta(minutes=self.steps[step])

    @property
    def last_ts(self) -> datetime:
        """When it was last heard of."""
        minutes = [0.0, *self.steps.values(), *(minute for minute, *_ in self.fixes)]
        return self.created_ts + timedelta(minutes=max(minutes))


def delivered(order_id: str, created_ts: datetime, driver_id: str = "driver1") -> Order:
    """An order that took 40 minutes, 20 of them on the way."""
    steps = dict(zip(STEPS[:-1], (3, 12, 14, 15, 20, 40), strict=True))
    fixes = tuple(
        (21.0 + minute, KITCHEN[0] - minute / 1000, KITCHEN[1] - minute / 800)
        for minute in range(19)
    )
    return Order(order_id, created_ts, steps, driver_id, fixes=fixes)


def publish_window(
    data: Path, build: int, orders: Iterable[Order], *, published: float | None = None
) -> None:
    """Publish a build that holds these orders, as builds are published: a folder, then a link.

    ``published`` is when, in seconds since 1970, if it was not now.
    """
    folder = data / "publications" / str(build)
    folder.mkdir(parents=True)
    rows, fixes = [], []
    for order in orders:
        end = "cancelled" if "cancelled" in order.steps else "delivered"
        status = end if end in order.steps else "in_progress"
        rows.append(
            (
                *(order.order_id, order.location_id, order.created_ts.date(), status),
                *(order.driver_id, order.created_ts, *(order.at(step) for step in STEPS)),
                *(*DOOR, order.created_ts, order.last_ts, order.revenue),
            )
        )
        fixes += [
            (
                *(order.order_id, order.location_id, order.driver_id),
                *(order.created_ts + timedelta(minutes=minute), lat, lon),
            )
            for minute, lat, lon in order.fixes
        ]
    steps = ", ".join(f"{step}_ts timestamp" for step in STEPS)
    steps = steps.replace("arrived_ts", "driver_arrived_ts")
    with duckdb.connect(str(folder / "caspers.duckdb")) as connection:
        connection.execute(
            f"""create schema lakeflow; create schema simulator;
            create table orders (order_id varchar, location_id integer, order_day date,
              status varchar, driver_id varchar, created_ts timestamp, {steps},
              customer_lat double, customer_lon double, first_event_ts timestamp,
              last_event_ts timestamp, order_revenue decimal(18,2));
            create table fixes (order_id varchar, location_id integer, driver_id varchar,
              ping_ts timestamp, lat double, lon double);
            create table simulator.locations as select * from (values
              (1, 'sf', 'San Francisco', {KITCHEN[0]}::double, {KITCHEN[1]}::double, 4.0::double,
               6),
              (2, 'sv', 'Silicon Valley', 37.3894::double, -122.0819::double, 5.0::double, 5))
              as kitchens (location_id, location_code, name, lat, lon, radius_mi, stations)"""
        )
        if rows:
            marks = ", ".join("?" * len(rows[0]))
            connection.executemany(f"insert into orders values ({marks})", rows)
        if fixes:
            connection.executemany("insert into fixes values (?, ?, ?, ?, ?, ?)", fixes)
        connection.execute(
            """create table lakeflow.silver_order_timeline as select * from orders;
            create table lakeflow.fct_orders as
            select *, created_ts as order_ts from orders;
            create table lakeflow.silver_driver_pings as
            select *, ping_ts::date as ping_day, order_id || ping_ts as event_id,
              0 as sequence from fixes"""
        )
    inventory = {"build": build, "token": str(build), "tables": []}
    (folder / "publication.json").write_text(json.dumps(inventory))
    if published is not None:
        os.utime(folder / "publication.json", (published, published))
    (data / "link").symlink_to(folder)
    (data / "link").replace(data / "published")


def begin_replay(data: Path, speed: float = 60.0) -> Settings:
    """Fix the settings of a replay that began at `BEGAN`."""
    profile = DatasetProfile(
        "0" * 64, epoch=date(2024, 1, 1), days=90, events=1, last_offset=0, in_order=True
    )
    settings = first_settings(profile, 70, speed, BEGAN)
    write_settings(_landing(data), settings)
    return settings


def land(data: Path, first_ts: datetime, last_ts: datetime) -> None:
    """Land a window without events."""
    settings = read_settings(_landing(data))
    assert settings is not None
    zero = emitted_time(0, settings.profile.epoch, settings.shift_days)
    positions = microseconds(first_ts - zero), microseconds(last_ts - zero)
    (_landing(data).folder / window_file_name(*positions)).touch()


def leave_world(data: Path, last_ts: datetime) -> None:
    """Leave the state of the world at the end of a window, as the loop does."""
    settings = read_settings(_landing(data))
    assert settings is not None
    zero = emitted_time(0, settings.profile.epoch, settings.shift_days)
    position = microseconds(last_ts - zero)
    south = (KITCHEN[0] - 0.01, KITCHEN[1])
    couriers = [
        ("driver2", "driving", *DOOR, ["driven"]),
        ("driver3", "returning", *south, []),
        ("driver4", "waiting", *KITCHEN, []),
        ("driver5", "off_shift", None, None, []),
    ]
    kitchen = {"location_id": 1, "location_code": "sf"}
    content = {
        "dataset": settings.profile.identity,
        "position": position,
        "stations": [
            kitchen | {"kind": kind, "busy": busy, "number": 6, "orders_waiting": busy - 1}
            for kind, busy in (("position", 1), ("workstation", 2), ("oven", 1), ("stove", 1))
        ],
        "couriers": [
            kitchen | dict(zip(("driver_id", "state", "lat", "lon", "order_ids"), row, strict=True))
            for row in couriers
        ],
        "population": [
            kitchen
            | {"people": 4000, "customers": 30, "with_open_order": 4, "ordered_last_day": 10}
            | {"ordered_last_7_days": 20, "ordered_last_28_days": 30}
        ],
    }
    folder = data / "snapshot"
    folder.mkdir(exist_ok=True)
    (folder / snapshot_file_name(position)).write_text(json.dumps(content))


def _landing(data: Path) -> Landing:
    landing = Landing(data / "landing" / "events")
    landing.state_folder.mkdir(parents=True, exist_ok=True)
    return landing
