"""How long the pages of days take: with more history, and with ten times the orders a day."""

from __future__ import annotations

import time
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING

import duckdb
import httpx

from bench.desk import milliseconds, repeatedly, served
from bench.sync import data_folder
from common.paths import SEEDS
from flows.business.run_log import KEPT_RUNS, Outcome, RunRecord, Step, write_run
from flows.publication.inventory import INVENTORY, Inventory

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

WAIT_SECONDS = 5.0
"""How long after a build is published somebody looks; the desk asks what it needs before that."""

BUILDS = ((70, 250), (700, 250), (70, 2_500))
"""Days of history, and orders of a kitchen in each."""

PAGES = ("/business", "/business?measure=late", "/business/late.csv", "/quality", "/runs")
_TODAY = date(2026, 11, 27)
_TABLES = {
    "fct_orders": """select location_id, date '{day}' as order_day, number % 24 as order_hour,
        number % 4 = 0 as is_late, case when number % 4 = 0 then 'kitchen' end as late_cause,
        [1 + number % 24] as brands_in_order, 30.00::decimal(18,2) as order_revenue
      from range(1, 5) as kitchens (location_id), range({orders}) as orders (number)""",
    "gold_location_sales_hourly": """select location_id,
        timestamp '{day}' + hour * interval 1 hour as hour_ts, {orders} // 24 as orders,
        300.00::decimal(18,2) as revenue
      from range(1, 5) as kitchens (location_id), range(24) as hours (hour)""",
    "gold_delivery_times_day": """select location_id, date '{day}' as day,
        {orders} as orders_delivered, 37.5::decimal(12,3) as p75_minutes
      from range(1, 5) as kitchens (location_id)""",
    "gold_refund_agreement_day": """select location_id, date '{day}' as day,
        800.00::decimal(18,2) as recommended_usd, 700.00::decimal(18,2) as decided_usd
      from range(1, 5) as kitchens (location_id)""",
    "gold_data_quality_day": """select location_id, date '{day}' as day, {orders} * 15 as lines,
        lines as events, 0 as duplicates, 0 as rejected, 0 as rejected_unreadable,
        0 as rejected_incomplete, 0 as rejected_wrong_type, 0 as rejected_unknown,
        0 as rejected_impossible, 1 as late_events, {orders} as orders, orders as orders_complete,
        0 as orders_cancelled, 0 as orders_in_progress, 0 as orders_missing_steps,
        0 as orders_delivered_before_created, 0 as orders_created_twice
      from range(1, 5) as kitchens (location_id)""",
    "gold_rejected_lines_day": """select location_id, date '{day}' as day,
        'blank_line' as rejection_code, 0 as lines
      from range(1, 5) as kitchens (location_id)""",
}
"""One file a day, as they are published."""


def bench_days(scratch: Path) -> Iterator[str]:
    """Ask for each page several times, of builds of several sizes; yield lines."""
    data = scratch / "days"
    with data_folder(data):
        _write_log(data)
        with (
            served() as address,
            httpx.Client(base_url=address, trust_env=False, timeout=60) as client,
        ):
            for build, (days, orders) in enumerate(BUILDS, 1):
                _publish(data, days, orders, build)
                yield f"{days} days of {4 * orders:,} orders"
                time.sleep(WAIT_SECONDS)
                for page in PAGES:
                    first = milliseconds(client, page)
                    then = repeatedly(client, page)
                    yield f"{page}: the first time {first:.0f} ms, then {then}"


def _write_log(data: Path) -> None:
    steps = tuple(Step(name=name, seconds=1.0) for name in ("landing", "build", "sync"))
    for number in range(KEPT_RUNS):
        began = datetime(2026, 11, 27) + timedelta(minutes=3 * number)
        write_run(
            data / "runs",
            RunRecord(began=began, seconds=3, outcome=Outcome.DONE, events=1_500, steps=steps),
        )


def _publish(data: Path, days: int, orders: int, build: int) -> None:
    folder = data / "publications" / str(build)
    first = _TODAY - timedelta(days=days - 1)
    with duckdb.connect() as writer:
        for table, query in _TABLES.items():
            (folder / table).mkdir(parents=True)
            for number in range(days):
                day = first + timedelta(days=number)
                file = folder / table / f"{day}.parquet"
                writer.execute(f"copy ({query.format(day=day, orders=orders)}) to '{file}'")
    with duckdb.connect(str(folder / "caspers.duckdb")) as connection:
        connection.execute("create schema lakeflow; create schema simulator")
        connection.execute("create schema recommender")
        for table in _TABLES:
            connection.execute(
                f"create view lakeflow.{table} as from read_parquet('{folder / table}/*.parquet')"
            )
        connection.execute(
            f"""create table simulator.locations as from read_csv('{SEEDS / "locations.csv"}');
            create view lakeflow.dim_location as from simulator.locations;
            create table simulator.rejection_reasons as
              select 'blank_line' as rejection_code, 'unreadable' as fault_group, '' as reason;
            create table recommender.refund_decisions as select 1 as decision_id where false;
            create table lakeflow.dim_date as select date '{first}' + range::int as date_day,
              range::int as day_number, range::int % 90 as day_of_story from range({days});
            create table lakeflow.dim_brand as select brand_id, name,
              if(brand_id <= 5, 'Healthy', 'Other') as cuisine_group
              from read_csv('{SEEDS / "brands.csv"}');
            create table lakeflow.dim_brand_location as select brand_id, location_id,
              date '{first}' + start_day::int as launch_date,
              date '{first}' + end_day::int as exit_date
              from read_csv('{SEEDS / "brand_locations.csv"}')"""
        )
    inventory = Inventory(build=build, token=str(build), tables=())
    (folder / INVENTORY).write_text(inventory.model_dump_json())
    (data / "link").symlink_to(folder)
    (data / "link").replace(data / "published")
