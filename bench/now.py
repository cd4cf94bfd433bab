"""How long the page *Now* takes, and how evenly it moves 200 couriers, over 70 days of history."""

from __future__ import annotations

import json
import time
from datetime import date, datetime, timedelta
from statistics import median
from typing import TYPE_CHECKING

import duckdb
import httpx

from apps.desk.now import read_now
from apps.desk.played_window import read_replay
from apps.desk.published import PublishedTables
from bench.desk import RUNS, milliseconds, repeatedly, served
from bench.sync import data_folder
from common.canonical_dataset import DatasetProfile
from common.chromium import CHROMIUM_OPTIONS, find_chromium
from common.dataset_files import DESCRIPTION_FILE
from common.landed_files import window_file_name
from common.landing.landing import Landing
from common.landing.settings import first_settings, write_settings
from common.landing.window import emitted_time, microseconds
from common.paths import SEEDS, canonical_directory, roads_directory
from flows.publication.inventory import INVENTORY, Inventory
from generator.roads.delivery_area import DeliveryArea
from generator.roads.sources import load_network

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

COURIERS = 200
DAYS = 70
SECONDS = 20
FRAME_MILLISECONDS = 33.0
_SEED = 42
_TODAY = date(2026, 11, 27)
# Each courier drives six times in the three hours of the window, 29 minutes each, and rests one.
_TRIPS = 6
_WINDOW = (datetime(2026, 11, 27, 12), datetime(2026, 11, 27, 15))
_FRAMES = """seconds => new Promise(resolve => {
    const times = [];
    const step = now => {
        times.push(now);
        if (now - times[0] < seconds * 1000) requestAnimationFrame(step);
        else resolve(times.slice(1).map((time, index) => time - times[index]));
    };
    requestAnimationFrame(step);
})"""
_PAINT = "performance.getEntriesByName('first-contentful-paint')[0]?.startTime"


def bench_now(scratch: Path) -> Iterator[str]:
    """Ask for the page and what fills it, then look at it in Chromium; yield lines."""
    data = scratch / "now"
    with data_folder(data):
        _describe_dataset()
        _begin_replay(data)
        for days in (7, DAYS):
            _publish(data, days, build=days)
            yield f"{days} days of history: the window is read in {_reading():.0f} ms"
        with served() as address:
            with httpx.Client(base_url=address, trust_env=False, timeout=60) as client:
                yield f"/: the first time {milliseconds(client, '/'):.0f} ms"
                yield f"/api/now: the first time {milliseconds(client, '/api/now'):.0f} ms"
                for page in ("/", "/api/now"):
                    yield f"{page}: {repeatedly(client, page)}"
                size = len(client.get("/api/now").content) / 1e3
                yield f"/api/now: {size:,.0f} kB for {COURIERS * _TRIPS:,} orders"
            yield from _looked_at(address)


def _reading() -> float:
    tables = PublishedTables()
    times = []
    for _ in range(RUNS):
        before = time.perf_counter()
        now = read_now(tables, tables.publication(), read_replay())
        times.append((time.perf_counter() - before) * 1e3)
    tables.close()
    if len(now.trips) != COURIERS * _TRIPS:
        raise AssertionError(f"{len(now.trips)} trips were read, not {COURIERS * _TRIPS}")
    return median(times)


def _looked_at(address: str) -> Iterator[str]:
    chromium = find_chromium()
    if chromium is None:
        yield "frames are not counted: there is no Chromium (`make install-browser`)"
        return
    from playwright.sync_api import sync_playwright  # noqa: PLC0415  (only where there is a browser)

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=[*CHROMIUM_OPTIONS, "--disable-gpu"]
        )
        for width, height in ((1280, 900), (390, 844)):
            # A context of its own has nothing in its cache.
            context = browser.new_context(viewport={"width": width, "height": height})
            page = context.new_page()
            page.goto(address)
            page.get_by_role("button", name="Pause").wait_for()
            paint = page.evaluate(_PAINT)
            yield f"{width} pixels wide: first paint after {paint:.0f} ms with an empty cache"
            page.locator("html[data-streets='drawn']").wait_for(timeout=120_000)
            frames = sorted(page.evaluate(_FRAMES, SECONDS))
            soon = sum(each < FRAME_MILLISECONDS for each in frames) / len(frames)
            yield (
                f"{width} pixels wide, {page.locator('#couriers').inner_text()} couriers: "
                f"{len(frames) / SECONDS:.0f} frames a second, {soon:.1%} in less than "
                f"{FRAME_MILLISECONDS:.0f} ms, the slowest {frames[-1]:.0f} ms"
            )
            context.close()
        browser.close()


def _describe_dataset() -> None:
    """Write a description of a dataset, so that there are streets."""
    locations = []
    columns = "location_code, lat, lon, radius_mi"
    rows = duckdb.execute(f"select {columns} from '{SEEDS / 'locations.csv'}'").fetchall()
    for code, lat, lon, radius_mi in rows:
        area = DeliveryArea(code, lat, lon, float(radius_mi))
        network = load_network(area, "synthetic", _SEED, roads_directory())
        location = {"location_code": code, "road_source": "synthetic", "random_seed": None}
        locations.append(location | {"road_hash": network.content_hash})
    canonical_directory().mkdir(parents=True)
    text = json.dumps({"seed": _SEED, "locations": locations})
    (canonical_directory() / DESCRIPTION_FILE).write_text(text)


def _begin_replay(data: Path) -> None:
    profile = DatasetProfile(
        "0" * 64, epoch=date(2024, 1, 1), days=90, events=1, last_offset=0, in_order=True
    )
    settings = first_settings(profile, DAYS, 60.0, datetime(2026, 11, 27, 9))
    landing = Landing(data / "landing" / "events")
    landing.state_folder.mkdir(parents=True)
    write_settings(landing, settings)
    zero = emitted_time(0, profile.epoch, settings.shift_days)
    first, last = (microseconds(moment - zero) for moment in _WINDOW)
    (landing.folder / window_file_name(first, last)).touch()


def _publish(data: Path, days: int, build: int) -> None:
    """Publish tables with a file a day, all days as busy as the last."""
    folder = data / "publications" / str(build)
    for number in range(days):
        _write_day(folder, _TODAY - timedelta(days=number))
    with duckdb.connect(str(folder / "caspers.duckdb")) as connection:
        connection.execute("create schema lakeflow; create schema simulator")
        for table in ("silver_order_timeline", "fct_orders", "silver_driver_pings"):
            connection.execute(
                f"create view lakeflow.{table} as from read_parquet('{folder / table}/*.parquet')"
            )
        connection.execute(
            f"""create table simulator.locations as
            select * replace (radius_mi::double as radius_mi)
            from read_csv('{SEEDS / "locations.csv"}')"""
        )
    inventory = Inventory(build=build, token=str(build), tables=())
    (folder / INVENTORY).write_text(inventory.model_dump_json())
    (data / "link").symlink_to(folder)
    (data / "link").replace(data / "published")


def _write_day(folder: Path, day: date) -> None:
    orders = f"""
        select 'order-{day}-' || courier || '-' || trip as order_id,
          'driver-' || courier as driver_id, 1 + courier % 4 as location_id,
          date '{day}' as order_day, 'delivered' as status,
          timestamp '{day} 11:48:00' + trip * interval 30 minute as created_ts,
          created_ts + interval 2 minute as started_ts,
          created_ts + interval 9 minute as finished_ts,
          created_ts + interval 10 minute as ready_ts,
          created_ts + interval 11 minute as driver_arrived_ts,
          created_ts + interval 12 minute as picked_up_ts,
          created_ts + interval 41 minute as delivered_ts, null::timestamp as cancelled_ts,
          created_ts as first_event_ts, delivered_ts as last_event_ts, created_ts as order_ts,
          30.00::decimal(18,2) as order_revenue,
          2 * pi() * (courier + trip / {_TRIPS}) / {COURIERS} as angle,
          kitchens.lat as kitchen_lat, kitchens.lon as kitchen_lon,
          kitchens.lat + 0.04 * cos(angle) as customer_lat,
          kitchens.lon + 0.05 * sin(angle) as customer_lon
        from range({COURIERS}) as couriers (courier), range({_TRIPS}) as trips (trip)
        join read_csv('{SEEDS / "locations.csv"}') as kitchens
          on kitchens.location_id = 1 + courier % 4"""
    pings = f"""
        select order_id || '-' || minute as event_id, order_id, driver_id, location_id,
          picked_up_ts + minute * interval 1 minute as ping_ts, ping_ts::date as ping_day,
          minute as sequence, kitchen_lat + (customer_lat - kitchen_lat) * minute / 29 as lat,
          kitchen_lon + (customer_lon - kitchen_lon) * minute / 29 as lon
        from ({orders}), range(1, 29) as minutes (minute)"""
    tables = {"silver_order_timeline": orders, "fct_orders": orders, "silver_driver_pings": pings}
    for table, query in tables.items():
        (folder / table).mkdir(parents=True, exist_ok=True)
        duckdb.sql(f"copy ({query}) to '{folder / table / f'{day}.parquet'}'")
