"""After a sync Postgres equals the published table, whatever happened before."""

import json
import os
import random
import signal
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import duckdb
import psycopg
import pytest

from common.errors import BusyError, UserError
from common.paths import PROJECT
from common.postgres import Role, connection_string
from flows.postgres.server import Server
from flows.sync.__main__ import main
from flows.sync.messages import format_lag
from flows.sync.mirror import Synced, read_lag, synchronize
from tests.support.postgres import owner_url

TYPES = {
    "order_id": "VARCHAR", "ts": "TIMESTAMP", "order_ts": "TIMESTAMP", "agent_response": "VARCHAR",
    "refund_usd": "DECIMAL(10,2)", "refund_class": "VARCHAR", "reason": "VARCHAR",
    "generated_by": "VARCHAR",
    "location_id": "INTEGER", "delivered_day": "DATE", "total_minutes": "DOUBLE",
    "order_revenue": "DECIMAL(18,2)", "p50_minutes": "DECIMAL(12,3)",
    "p75_minutes": "DECIMAL(12,3)", "p99_minutes": "DECIMAL(12,3)",
}  # fmt: skip
VALUES = dict.fromkeys(TYPES, "null") | {
    "order_id": "key", "refund_usd": "cents / 100.0", "total_minutes": "cents / 3.0",
    "agent_response": "'{\"reason\": \"tab\\tand \\\\\"}'", "reason": "key || e'\\t\\\\N\\n'",
    "ts": "timestamp '2024-01-01 10:11:12.123456'", "delivered_day": "day",
}  # fmt: skip
SELECTED = ", ".join(f"({value})::{TYPES[name]} as {name}" for name, value in VALUES.items())
FIRST_DAY = date(2024, 1, 29)

Refunds = dict[str, tuple[int, int | None]]
"""Day number and cents of each order."""


class Publisher:
    """Publishes builds: only files of partitions that changed are written again."""

    def __init__(self, data: Path) -> None:
        self.published = data / "published"
        self.folder = self.published / "parquet" / "recommender" / "refund_recommendations"
        self.folder.mkdir(parents=True)
        self._files: dict[str, tuple[str, Refunds]] = {}
        self._build = 0

    def publish(self, refunds: Refunds, months: frozenset[str] = frozenset()) -> int:
        """Publish a build in which some months are one file each; return its number."""
        self._build += 1
        partitions: dict[str, Refunds] = {}
        for key, (day, cents) in refunds.items():
            name = (FIRST_DAY + timedelta(days=day)).isoformat()
            name = name[:7] if name[:7] in months else name
            partitions.setdefault(name, {})[key] = (day, cents)
        self._files = {
            partition: (
                self._files[partition][0]
                if self._files.get(partition, ("", {}))[1] == rows
                else self._write(partition, rows),
                rows,
            )
            for partition, rows in partitions.items()
        }
        table = {
            "table_schema": "recommender", "name": "refund_recommendations", "comment": None,
            "columns": [{"name": name, "type": kind} for name, kind in TYPES.items()],
            "partition": "delivered_day",
            "files": [
                {"name": name, "partition": partition, "rows": len(rows)}
                for partition, (name, rows) in self._files.items()
            ],
        }  # fmt: skip
        inventory = {"build": self._build, "token": str(self._build), "tables": [table]}
        (self.published / "publication.json").write_text(json.dumps(inventory))
        return self._build

    def _write(self, partition: str, rows: Refunds) -> str:
        file = self.folder / f"{partition}-{self._build:09}.parquet"
        with duckdb.connect() as connection:
            connection.execute("create table rows (key varchar, day date, cents integer)")
            connection.executemany(
                "insert into rows values (?, ?, ?)",
                [
                    [key, FIRST_DAY + timedelta(days=day), cents]
                    for key, (day, cents) in rows.items()
                ],
            )
            connection.execute(f"copy (select {SELECTED} from rows) to '{file}'")
        return file.name


@pytest.fixture
def publisher(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Publisher:
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path))
    return Publisher(tmp_path)


@pytest.fixture
def url(postgres: Server) -> str:
    with psycopg.connect(owner_url(postgres)) as connection:
        connection.execute("truncate recommender.pg_recommendations, sync.state, sync.files")
    return connection_string(Role.SYNC, postgres.directory)


def _stored(url: str) -> Refunds:
    with psycopg.connect(url) as connection:
        rows = connection.execute(
            """select order_id, delivered_day, (refund_usd * 100)::int, reason, agent_response
            from recommender.pg_recommendations"""
        ).fetchall()
    assert all(row[3:] == (f"{row[0]}\t\\N\n", {"reason": "tab\tand \\"}) for row in rows)
    return {key: ((day - FIRST_DAY).days, cents) for key, day, cents, *_ in rows}


def test_random_builds_are_mirrored_and_unchanged_rows_are_not_written(
    url: str, publisher: Publisher
) -> None:
    rng = random.Random(7)  # noqa: S311
    before: Refunds = {}
    for number in range(25):
        after = {key: value for key, value in before.items() if rng.random() < 0.9}
        after |= {
            f"order {rng.randrange(60)}": (rng.randrange(9), rng.choice([None, 0, 123]))
            for _ in range(rng.randrange(9))
        }
        build = publisher.publish(after, frozenset({"2024-01"} if number > 12 else ()))
        if number % 6 == 1:  # Postgres is away
            with pytest.raises(BusyError, match="nothing was changed"):
                synchronize("postgresql://nobody@127.0.0.1:1/caspers")
        if number % 5 == 3:  # a build that is never synced
            continue
        stored = _stored(url)
        changed = sum(key not in stored or stored[key] != after[key] for key in after)
        assert synchronize(url) == Synced(build, changed, len(stored.keys() - after.keys()))
        assert _stored(url) == after
        assert synchronize(url, full=number % 2 == 0) == Synced(build, 0, 0)
        before = after


def test_only_partitions_with_other_files_are_compared(url: str, publisher: Publisher) -> None:
    publisher.publish({"a": (0, 1), "b": (1, 1), "c": (1, 2)})
    synchronize(url)
    with psycopg.connect(url) as connection:
        connection.execute("update recommender.pg_recommendations set refund_usd = 99")
    publisher.publish({"a": (0, 1), "b": (1, 1)})
    synchronize(url)
    assert _stored(url) == {"a": (0, 9900), "b": (1, 1)}, "the other day was not read"
    assert synchronize(url, full=True).written == 1
    assert _stored(url) == {"a": (0, 1), "b": (1, 1)}


def test_another_data_folder_is_compared_whole_though_its_files_have_the_same_names(
    url: str, publisher: Publisher, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher.publish({"a": (0, 1), "b": (1, 1)})
    synchronize(url)
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path / "other"))
    other = Publisher(tmp_path / "other")
    other.publish({"a": (0, 2), "c": (1, 1)})
    (inventory := other.published / "publication.json").write_text(
        inventory.read_text().replace('"token": "1"', '"token": "of the other"')
    )
    synchronize(url)
    assert _stored(url) == {"a": (0, 2), "c": (1, 1)}


def test_a_sync_that_is_killed_or_comes_twice_is_one_sync_or_none(
    url: str, publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    publisher.publish({"a": (0, 1), "b": (1, 1)})
    synchronize(url)
    build = publisher.publish({"a": (0, 2), "c": (2, 1)})
    program = """
import os, signal, sys
from flows.sync import mirror
mirror._remember = lambda *_: os.kill(os.getpid(), signal.SIGKILL)
mirror.synchronize(sys.argv[1])
"""
    killed = subprocess.run(
        [sys.executable, "-c", program, url], cwd=PROJECT, env={**os.environ}, check=False
    )
    assert killed.returncode == -signal.SIGKILL
    assert _stored(url) == {"a": (0, 1), "b": (1, 1)}
    with monkeypatch.context() as patched:
        patched.setattr("flows.sync.mirror._remember", _fail)
        with pytest.raises(BusyError, match="nothing was changed"):
            synchronize(url)
    assert _stored(url) == {"a": (0, 1), "b": (1, 1)}
    with ThreadPoolExecutor(4) as several:
        results = [*several.map(lambda _: synchronize(url), range(4))]
    assert sorted(results, key=lambda each: each.written) == [
        *[Synced(build, 0, 0)] * 3,
        Synced(build, 2, 1),
    ]
    assert _stored(url) == {"a": (0, 2), "c": (2, 1)}


def _fail(*_: object) -> None:
    raise psycopg.OperationalError("terminating connection")


def test_lag_and_errors_are_told(
    url: str,
    postgres: Server,
    publisher: Publisher,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(UserError, match="run `make run` first"):
        synchronize(url)
    publisher.publish({"a": (0, 1)})
    assert "Postgres has none yet" in format_lag(read_lag(url), datetime.now(UTC))
    synchronize(url)
    assert format_lag(read_lag(url), datetime.now(UTC)).endswith("no lag.")
    publisher.publish({"b": (0, 1)})
    assert "Postgres has build 1" in format_lag(read_lag(url), datetime.now(UTC))
    with pytest.raises(UserError, match=r"refused the sync .*permission denied"):
        synchronize(connection_string(Role.EXPORT, postgres.directory))
    monkeypatch.setenv("CASPERS_POSTGRES", url.replace(":", ":wrong", 2).replace(":wrong", ":", 1))
    assert main(["run"]) == 1
    assert "password authentication failed" in capsys.readouterr().err
    monkeypatch.setenv("CASPERS_POSTGRES", url)
    assert main(["run"]) == 0
    assert main(["status"]) == 0
    assert "(rows written: 1, deleted: 1)" in capsys.readouterr().out
