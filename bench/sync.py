"""What a sync of 60,000 recommendations into Postgres costs, by how many of them changed."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from datetime import date, timedelta
from statistics import median
from typing import TYPE_CHECKING

import duckdb

from common.postgres import Role, connection_string
from flows.postgres.server import postgres_server
from flows.publication.inventory import (
    INVENTORY,
    Column,
    Inventory,
    PublishedFile,
    TableFiles,
)
from flows.sync.mirror import synchronize

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAYS = 60
ROWS_A_DAY = 1_000
CHANGED = 200
RUNS = 5
_FIRST_DAY = date(2026, 9, 1)
_COLUMNS = {
    "order_id": "key",
    "ts": "ts",
    "order_ts": "ts - interval 40 minute",
    "agent_response": '\'{"refund_class": "partial", "reason": "28.1 minutes late"}\'',
    "refund_usd": "(cents / 100)::decimal(10,2)",
    "refund_class": "'partial'",
    "reason": "'28.1 minutes late: above the P75 of 31.2 minutes'",
    "location_id": "1",
    "delivered_day": "ts::date",
    "total_minutes": "59.3",
    "order_revenue": "41.5::decimal(18,2)",
    "p50_minutes": "25.1::decimal(12,3)",
    "p75_minutes": "31.2::decimal(12,3)",
    "p99_minutes": "66.0::decimal(12,3)",
    "generated_by": "'local'",
}


def bench_sync(scratch: Path) -> Iterator[str]:
    """Sync builds that differ from the one before in a known number of rows; yield lines."""
    data = scratch / "sync"
    with data_folder(data), postgres_server(data / "postgres") as server:
        url = connection_string(Role.SYNC, server.directory)
        publication = Publication(data / "published")
        every_row = DAYS * ROWS_A_DAY
        publication.change(DAYS, CHANGED)
        yield f"{every_row:,} new rows: {_seconds(url, every_row):.2f} s"
        few = median(_changed(url, publication, 1, CHANGED) for _ in range(RUNS))
        yield f"{CHANGED} of them changed, on one day: {few:.3f} s"
        every = median(_changed(url, publication, DAYS, ROWS_A_DAY) for _ in range(RUNS))
        yield f"all of them changed: {every:.2f} s, {every / few:.0f} times that"


def _changed(url: str, publication: Publication, days: int, rows_a_day: int) -> float:
    publication.change(days, rows_a_day)
    return _seconds(url, days * rows_a_day)


def _seconds(url: str, expected: int) -> float:
    before = time.perf_counter()
    written = synchronize(url).written
    seconds = time.perf_counter() - before
    if written != expected:
        raise AssertionError(f"{written} rows were written, not {expected}")
    return seconds


class Publication:
    """A published table with a file a day, of which the last days change from build to build."""

    def __init__(self, published: Path) -> None:
        self._published = published
        self._folder = published / "parquet" / "recommender" / "refund_recommendations"
        self._folder.mkdir(parents=True)
        self._names: dict[int, str] = {}
        self._build = 0

    def change(self, days: int, rows_a_day: int) -> None:
        """Publish another build, in which some rows of the last days have another amount."""
        self._build += 1
        for number in range(DAYS - days, DAYS):
            day = _FIRST_DAY + timedelta(days=number)
            self._names[number] = f"{day}-{self._build:09}.parquet"
            selected = ", ".join(f"{value} as {name}" for name, value in _COLUMNS.items())
            duckdb.sql(f"""copy (select {selected} from (
                select 'order-{number}-' || range as key,
                timestamp '{day}' + range * interval 1 minute as ts,
                if(range < {rows_a_day}, {self._build}, 0) as cents
                from range({ROWS_A_DAY}))) to '{self._folder / self._names[number]}'""")
        files = tuple(
            PublishedFile(name=name, partition=name[:10], rows=ROWS_A_DAY)
            for name in self._names.values()
        )
        table = TableFiles(
            table_schema="recommender",
            name="refund_recommendations",
            comment=None,
            columns=tuple(Column(name=name, type="") for name in _COLUMNS),
            partition="delivered_day",
            files=files,
        )
        inventory = Inventory(build=self._build, token=str(self._build), tables=(table,))
        (self._published / INVENTORY).write_text(inventory.model_dump_json())


@contextmanager
def data_folder(data: Path) -> Iterator[None]:
    """Have a folder as the data folder within a block."""
    before = os.environ.get("CASPERS_DATA")
    os.environ["CASPERS_DATA"] = str(data)
    try:
        yield
    finally:
        del os.environ["CASPERS_DATA"]
        if before is not None:
            os.environ["CASPERS_DATA"] = before
