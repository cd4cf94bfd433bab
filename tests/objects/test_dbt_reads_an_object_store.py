"""dbt on DuckDB builds from a landing in an object store what it builds from a folder."""

import gzip
import json
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.support.business import Business, order_life
from tests.support.dbt_worker import RUN, WAREHOUSE
from tests.support.object_store import ObjectStoreServer

BEGIN = datetime(2026, 11, 20, 11)


def upload(store: ObjectStoreServer, business: Business, there: Path) -> None:
    for file in business.landing.iterdir():
        store.put(there / file.name, file.read_bytes())


@pytest.mark.thorough
def test_the_tables_are_those_of_a_folder(
    store: ObjectStoreServer, new_business: Callable[[], Business]
) -> None:
    orders = [order_life(f"order-{n}", BEGIN + timedelta(minutes=7 * n)) for n in range(40)]
    lines = [json.dumps(event).encode() + b"\n" for life in orders for event in life]
    here, elsewhere = new_business(), new_business()
    there = store.place("landing/events")
    variables = {**store.environment, "CASPERS_LANDING": str(there)}
    half = len(lines) // 2
    first, second = b"".join(lines[:half]), b"".join(lines[half:])
    for name, content in (
        ("window-000000000000000000-000000000000000005.jsonl", first + b"not an event\n"),
        ("window-000000000000000006-000000000000000009.jsonl.gz", gzip.compress(second)),
    ):
        here.land_bytes(name, content)
        upload(store, here, there)
        here.build()
        if not (elsewhere.data / WAREHOUSE).exists():
            shutil.copy(elsewhere.worker.seeded_warehouse(), elsewhere.data / WAREHOUSE)
        answer = elsewhere.worker.run(elsewhere.data, RUN, variables=variables)
        assert answer["success"], answer["messages"][-10:]
    assert here.query("select count(*) from lakeflow.all_events") == [(len(lines),)]
    assert here.differences(elsewhere) == {}
    asked = [each for each in store.log() if each["path"].endswith(".jsonl")]
    assert sum(each["method"] == "GET" for each in asked) == 1
