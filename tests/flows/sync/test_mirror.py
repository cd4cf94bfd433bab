"""After a sync Postgres equals the published table, whatever happened before."""

import json
import random
from pathlib import Path

import duckdb
import psycopg
import pytest

from common.errors import BusyError
from common.postgres import Role, connection_string
from flows.postgres.server import Server
from flows.sync.mirror import Synced, synchronize

TYPES = {
    "order_id": "VARCHAR", "ts": "TIMESTAMP", "order_ts": "TIMESTAMP", "agent_response": "VARCHAR",
    "refund_usd": "DECIMAL(10,2)", "refund_class": "VARCHAR", "reason": "VARCHAR",
    "location_id": "INTEGER", "delivered_day": "DATE", "total_minutes": "DOUBLE",
    "order_revenue": "DECIMAL(18,2)", "p50_minutes": "DECIMAL(12,3)",
    "p75_minutes": "DECIMAL(12,3)", "p99_minutes": "DECIMAL(12,3)",
}  # fmt: skip


def _publish(data: Path, build: int, refunds: dict[str, int | None]) -> None:
    folder = data / "published" / "parquet" / "recommender" / "refund_recommendations"
    folder.mkdir(parents=True, exist_ok=True)
    values = dict.fromkeys(TYPES, "null") | {
        "order_id": "key", "refund_usd": "cents / 100.0", "total_minutes": "cents / 3.0",
        "agent_response": "'{\"reason\": \"tab\\tand \\\\\"}'", "reason": "key || e'\\t\\\\N\\n'",
        "ts": "timestamp '2024-01-01 10:11:12.123456'",
    }  # fmt: skip
    listed = ", ".join(f"({value})::{TYPES[name]} as {name}" for name, value in values.items())
    file = folder / f"{build}.parquet"
    with duckdb.connect() as connection:
        connection.execute("create table rows (key varchar, cents integer)")
        if refunds:
            connection.executemany("insert into rows values (?, ?)", list(refunds.items()))
        connection.execute(f"copy (select {listed} from rows) to '{file}'")
    table = {
        "table_schema": "recommender", "name": "refund_recommendations", "comment": None,
        "columns": [{"name": name, "type": kind} for name, kind in TYPES.items()],
        "partition": None,
        "files": [{"name": file.name, "partition": "", "rows": len(refunds)}],
    }  # fmt: skip
    inventory = {"build": build, "token": str(build), "tables": [table]}
    (data / "published" / "publication.json").write_text(json.dumps(inventory))


def test_random_builds_are_mirrored_and_unchanged_rows_are_not_written(
    postgres: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path))
    url = connection_string(Role.SYNC, postgres.directory)
    rng = random.Random(7)  # noqa: S311
    before: dict[str, int | None] = {}
    for build in range(12):
        after = {key: cents for key, cents in before.items() if rng.random() < 0.8}
        after |= {f"order {rng.randrange(40)}": rng.choice([None, 0, 123]) for _ in range(8)}
        _publish(tmp_path, build, after)
        if build % 4 == 1:  # Postgres is away
            with pytest.raises(BusyError, match="nothing was changed"):
                synchronize("postgresql://nobody@127.0.0.1:1/caspers")
        changed = sum(key not in before or before[key] != after[key] for key in after)
        assert synchronize(url) == Synced(build, changed, len(before.keys() - after.keys()))
        assert synchronize(url, full=True) == Synced(build, 0, 0)
        with psycopg.connect(url) as connection:
            stored = connection.execute(
                """select order_id, (refund_usd * 100)::int, reason
                from recommender.pg_recommendations"""
            ).fetchall()
        assert sorted(stored, key=str) == sorted(
            ((key, cents, f"{key}\t\\N\n") for key, cents in after.items()), key=str
        )
        before = after
    with psycopg.connect(url) as connection:
        connection.execute("delete from recommender.pg_recommendations")
    assert synchronize(url).written == 0
    assert synchronize(url, full=True).written == len(before)
