"""A business whose replay and builds can be killed, compared with one that never was."""

from __future__ import annotations

import json
import shutil
import signal
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import duckdb

from tests.support.business import Business, DbtWorker
from tests.support.sample_datasets import landed_bytes

if TYPE_CHECKING:
    from pathlib import Path

Kill = dict[str, Any]

TABLES = [
    "build",
    "--no-write-json",
    "--exclude-resource-type",
    "test",
    "--exclude-resource-type",
    "unit_test",
    "--exclude",
    "path:models/ai",
]
"""All tables, without tests, without functions, which hold nothing, and without artifacts."""
TABLES_AND_TESTS = ["build"]
LANDING_ONLY: list[str] = []


@dataclass(frozen=True)
class Answer:
    """How a run ended: its exit code (negative: the signal), its output and its seconds."""

    code: int
    output: str
    seconds: float


class ReplayWorker(DbtWorker):
    """The process that runs dbt, asked to land and build as ``replay_worker.py`` does."""

    def __init__(self, worker: DbtWorker) -> None:
        self.target, self.process = worker.target, worker.process

    def request(self, data: Path, **request: object) -> Answer:
        """Send one request and wait for its answer."""
        defaults = {
            "module": "tests.faults.replay_worker",
            "now": None,
            "canonical": None,
            "command": [],
            "kill": None,
            "environment": {},
            "file_limit": None,
        }
        return Answer(**self.ask(defaults | {"data": str(data)} | request))

    def run(self, data: Path, arguments: list[str]) -> dict[str, Any]:
        """Run one dbt command on the warehouse in ``data``, as a `Business` does."""
        answer = self.request(data, command=arguments)
        return {"success": answer.code == 0, "error": answer.output, "messages": []}


@dataclass
class ReplayedBusiness:
    """A data folder and the canonical dataset that is replayed into it."""

    data: Path
    canonical: Path
    worker: ReplayWorker

    @property
    def landing(self) -> Path:
        """The folder of landed windows."""
        return self.data / "landing" / "events"

    def run(
        self,
        now: str | None,
        command: list[str] = TABLES,
        *,
        kill: Kill | None = None,
        file_limit: int | None = None,
        **environment: str,
    ) -> Answer:
        """Land the window up to a moment, if there is one, and build; with a kill, stop there."""
        return self.worker.request(
            self.data,
            now=now,
            canonical=str(self.canonical),
            command=command,
            kill=kill,
            file_limit=file_limit,
            environment={"START_DAY": "0", "SPEED_MULTIPLIER": "60"} | environment,
        )

    def run_well(self, now: str | None, command: list[str] = TABLES, **environment: str) -> Answer:
        """Run undisturbed; anything but success fails the test."""
        answer = self.run(now, command, **environment)
        assert answer.code == 0, answer.output
        return answer

    def killed(self, now: str | None, kill: Kill, command: list[str] = TABLES) -> bool:
        """Run with a kill; return whether it came before the run had ended."""
        answer = self.run(now, command, kill=kill)
        assert answer.code in {0, -signal.SIGKILL}, answer.output
        return answer.code != 0

    def copied(self, name: str) -> ReplayedBusiness:
        """Return a copy of everything, beside it under another name."""
        return self.copied_to(
            ReplayedBusiness(self.data.with_name(name), self.canonical, self.worker)
        )

    def copied_to(self, other: ReplayedBusiness) -> ReplayedBusiness:
        """Make another business a copy of this one, and return it."""
        shutil.rmtree(other.data, ignore_errors=True)
        if self.data.exists():
            shutil.copytree(self.data, other.data)
        return other

    def lines(self) -> bytes:
        """Return everything that has landed."""
        return landed_bytes(self.landing)

    def differences(self, other: ReplayedBusiness) -> dict[str, tuple[int, int]]:
        """Compare what landed and every table; return how much is only here and only there."""
        here, there = self.lines(), other.lines()
        if here != there:
            return {"landed events": (len(here), len(there))}
        return Business(self.data, self.worker).differences(Business(other.data, self.worker))

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Return the rows of a query on the tables."""
        return Business(self.data, self.worker).query(sql)

    def query_dataset(self, sql: str, shift_days: int) -> list[tuple[Any, ...]]:
        """Return the rows of a query on the orders as the dataset, not a table, has them.

        The view is called ``orders``: order_id, created_ts, delivered_ts, shifted as the replay
        shifts them.
        """
        moment = (
            "make_timestamp((ts_seconds * 1000 + ts_micros // 1000) * 1000) "
            f"+ interval ({shift_days}) days"
        )
        with duckdb.connect() as connection:
            connection.execute(
                f"""
                create view orders as
                select
                    order_id,
                    min({moment}) filter (event_type_id = 1) as created_ts,
                    min({moment}) filter (event_type_id = 8) as delivered_ts
                from read_parquet('{self.canonical / "events.parquet"}')
                group by order_id
                """
            )
            return connection.execute(sql).fetchall()

    def shift_days(self) -> int:
        """Return the days between virtual and landed time that the first run fixed."""
        settings = json.loads((self.landing / "_replay" / "settings.json").read_text())
        return int(settings["shift_days"])
