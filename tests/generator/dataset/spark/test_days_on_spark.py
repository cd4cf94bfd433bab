"""The same rows as locally, whatever happens to the tasks that make them."""

from __future__ import annotations

import socket
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from common.canonical_dataset import open_dataset, profile_dataset
from common.event_schema import EVENT_COLUMNS
from flows.replay.commands import ReplayOptions, run
from generator.__main__ import main
from generator.dataset.canonical import make_dataset
from generator.dataset.spark.events import SparkEvents
from tests.generator.dataset.spark.routes_with_faults import ClosedRoutes, DeadlyRoutes

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from pyspark.sql import SparkSession

    from generator.dataset.canonical import EventMaker
    from generator.dataset.plan import DatasetPlan
    from generator.dataset.summary import KitchenSummary
    from generator.simulation.prepared_kitchen import Kitchen

pytestmark = [pytest.mark.engine, pytest.mark.spark]
NOW = datetime(2026, 11, 21, 10, 30)
ARGUMENTS = ("canonical", "--days", "3", "--locations", "sv,chicago", "--engine", "spark", "--out")


def files(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file()
    }


def parts(canonical: Path) -> list[str]:
    return sorted(file.name for file in (canonical / "events.parquet").iterdir())


def rows(canonical: Path) -> pa.Table:
    """Return the events in the order of the files."""
    tables = [pq.ParquetFile(file).read() for file in open_dataset(canonical).files]
    return pa.concat_tables([table.cast(EVENT_COLUMNS) for table in tables]).combine_chunks()


def assert_same_rows(one: Path, other: Path) -> None:
    def events(canonical: Path) -> str:
        names = [str(file) for file in open_dataset(canonical).files]
        return f"(FROM read_parquet({names}))"

    with duckdb.connect() as connection:
        for first, second in ((one, other), (other, one)):
            difference = f"SELECT count(*) FROM ({events(first)} EXCEPT ALL {events(second)})"
            assert connection.execute(difference).fetchone() == (0,)
    assert rows(one).equals(rows(other))


def with_faults(session: SparkSession, routes: Callable[[object], object]) -> EventMaker:
    """Return what makes events on Spark, for kitchens with other routes."""

    def make(
        kitchens: Sequence[Kitchen],
        plan: DatasetPlan,
        target: Path,
        progress: Callable[[str, int], None],
    ) -> tuple[KitchenSummary, ...]:
        changed = [
            replace(
                kitchen,
                addresses=replace(kitchen.addresses, routes=routes(kitchen.addresses.routes)),
            )
            for kitchen in kitchens
        ]
        return SparkEvents(session)(changed, plan, target, progress)

    return make


@pytest.mark.usefixtures("session", "one_task_per_day")
def test_the_command_gives_the_same_rows_and_the_same_description(
    local: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    canonical = tmp_path / "its [own] folder" / "canonical"
    assert main([*ARGUMENTS, str(canonical)]) == 0
    assert (
        f"{profile_dataset(open_dataset(local)).events:,} events, 3 days" in capsys.readouterr().out
    )
    assert_same_rows(local, canonical)
    assert parts(canonical) == [f"part-{number:05}.parquet" for number in range(3)]
    made, expected = files(canonical), files(local)
    assert {n for n in made if "/" not in n} == expected.keys() - {"events.parquet"}
    assert all(made[name] == expected[name] for name in made if "/" not in name)
    assert sorted(entry.name for entry in canonical.parent.iterdir()) == [
        ".canonical.lock",
        "canonical",
    ]


@pytest.mark.usefixtures("one_task_per_day")
def test_a_replay_of_it_lands_the_same_bytes(
    session: SparkSession, plan: DatasetPlan, local: Path, tmp_path: Path
) -> None:
    canonical = tmp_path / "canonical"
    make_dataset(plan, canonical, make_events=SparkEvents(session))
    assert profile_dataset(open_dataset(canonical)).in_order
    landed = []
    for dataset in (local, canonical):
        landing = tmp_path / f"landing-{len(landed)}"
        for minutes in (0, 3, 30, 90):
            run(dataset, landing, NOW + timedelta(minutes=minutes), ReplayOptions(start_day=1))
        landed.append({file.name: file.read_bytes() for file in landing.glob("*.jsonl")})
    assert len(landed[0]) == 4
    assert landed[0] == landed[1]


def test_many_days_in_a_task_and_in_a_file_are_the_same_rows_and_the_same_bytes_again(
    session: SparkSession, plan: DatasetPlan, local: Path, tmp_path: Path
) -> None:
    for name in ("one", "two"):
        make_dataset(plan, tmp_path / name, make_events=SparkEvents(session))
    assert parts(tmp_path / "one") == ["part-00000.parquet"]
    assert_same_rows(local, tmp_path / "one")
    assert files(tmp_path / "one") == files(tmp_path / "two")


@pytest.mark.usefixtures("one_task_per_day")
def test_a_worker_that_is_killed_changes_no_row(
    session: SparkSession, plan: DatasetPlan, local: Path, tmp_path: Path
) -> None:
    flag = tmp_path / "killed"
    maker = with_faults(session, lambda routes: DeadlyRoutes(routes, flag))
    summary = make_dataset(plan, tmp_path / "canonical", make_events=maker)
    assert int(flag.read_text()) > 0
    assert_same_rows(local, tmp_path / "canonical")
    assert summary.events == rows(local).num_rows


def test_tasks_that_fail_every_time_leave_the_old_dataset_and_say_why(
    session: SparkSession, plan: DatasetPlan, tmp_path: Path
) -> None:
    make_dataset(plan, tmp_path / "canonical", make_events=SparkEvents(session))
    before = files(tmp_path / "canonical")
    maker = with_faults(session, ClosedRoutes)
    with pytest.raises(OSError, match=r"Spark could not make the events \(.*address \d+ is up"):
        make_dataset(plan, tmp_path / "canonical", make_events=maker)
    assert files(tmp_path / "canonical") == before
    assert {entry.name for entry in tmp_path.iterdir()} == {"canonical", ".canonical.lock"}


def test_a_session_of_our_own_is_reached_from_this_machine_only(session: SparkSession) -> None:
    settings = {
        name: session.conf.get(name)
        for name in ("spark.driver.host", "spark.driver.bindAddress", "spark.ui.enabled")
    }
    assert settings == {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
    }
    port = int(str(session.conf.get("spark.driver.port")))
    with socket.create_connection(("127.0.0.1", port), timeout=10):
        pass
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port), timeout=10)
