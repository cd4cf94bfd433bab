"""A landing in an object store is built on Sail as it is on DuckDB: the path is passed on."""

import gzip
import json
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.engines.comparison import EngineBusiness, differences, engine_worker
from tests.support.business import Business, order_life
from tests.support.dbt_worker import RUN
from tests.support.object_store import ObjectStoreServer, running_object_store

BEGIN = datetime(2026, 11, 20, 11)


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[ObjectStoreServer]:
    """An object store that Sail finds: it has no exception for loopback."""
    with running_object_store() as server:
        for name, value in {**server.environment, "AWS_ALLOW_HTTP": "true"}.items():
            monkeypatch.setenv(name, value)
        yield server


@pytest.mark.long
def test_the_tables_are_those_of_duckdb(
    store: ObjectStoreServer, business: Business, tmp_path: Path
) -> None:
    there = store.place("landing/events")
    target = tmp_path / "target"
    target.mkdir()
    worker = engine_worker("sail", target)
    try:
        # The worker looks for landing/events in the data folder.
        on_sail = EngineBusiness(there.parent.parent, worker, "sail")
        orders = [order_life(f"order-{n}", BEGIN + timedelta(minutes=7 * n)) for n in range(40)]
        for number, part in enumerate((orders[:20], orders[20:])):
            lines = "".join(json.dumps(event) + "\n" for life in part for event in life).encode()
            name = f"window-{number:018}-{number:018}.jsonl"
            name, content = (f"{name}.gz", gzip.compress(lines)) if number else (name, lines)
            business.land_bytes(name, content)
            store.put(there / name, content)
            business.build()
            if number == 0:
                on_sail.dbt("seed", "--no-write-json")
            on_sail.dbt(*RUN)
        business.build_functions()
        assert differences(business, on_sail, tmp_path / "exported") == {}
    finally:
        worker.stop()
