from __future__ import annotations

import errno
import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from filelock import FileLock

from common.errors import UserError
from common.event_schema import EVENT_COLUMNS, OLDER_EVENT_COLUMNS
from common.paths import PROJECT
from common.storage import local
from common.storage.atomic_directory import atomic_directory
from generator.configuration.configured_kitchens import kitchen_settings
from generator.dataset import canonical
from generator.dataset.canonical import make_dataset
from generator.dataset.plan import DatasetPlan
from generator.simulation.kitchen_day import simulate

if TYPE_CHECKING:
    from collections.abc import Callable

    from generator.catalogue.records import Catalogue
    from generator.simulation.prepared_kitchen import Kitchen

EPOCH = 1_704_067_200
TABLES = ("locations", "brands", "brand_locations", "menus", "categories", "items")
FILES = {f"{name}.parquet" for name in TABLES}
FILES |= {"couriers.parquet", "events.parquet", "dataset.json"}


def plan_of(
    catalogue: Catalogue, days: int = 2, seed: int = 42, codes: str = "sv,chicago"
) -> DatasetPlan:
    settings = kitchen_settings(catalogue, (), codes.split(","))
    roads_directory = Path("unused: these streets need no cache")
    return DatasetPlan(
        catalogue, settings, date(2024, 1, 1), days, seed, "synthetic", roads_directory
    )


def contents(directory: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in directory.iterdir()}


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "generator", *arguments]


def environment(**changes: str) -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(PROJECT), **changes}


@pytest.mark.usefixtures("straight_roads")
class TestWhatIsWritten:
    def test_a_dataset_is_complete_and_describes_itself(
        self, catalogue: Catalogue, tmp_path: Path
    ) -> None:
        summary = make_dataset(plan_of(catalogue), tmp_path / "data")
        assert set(contents(tmp_path / "data")) == FILES
        events = pq.read_table(tmp_path / "data" / "events.parquet")
        assert events.schema.equals(EVENT_COLUMNS)
        described = json.loads((tmp_path / "data" / "dataset.json").read_text())
        assert described["seed"] == 42
        assert described["epoch"] == EPOCH
        assert described["days"] == 2
        assert described["generator_version"]
        assert described["events"] == events.num_rows == summary.events
        assert described["orders"] == len(pc.unique(events["order_id"])) == summary.orders
        for kitchen in described["locations"]:
            rows = events.filter(pc.equal(events["location_id"], kitchen["location_id"]))
            assert kitchen["events"] == rows.num_rows
            assert kitchen["orders"] == len(pc.unique(rows["order_id"]))
            assert kitchen["road_source"] == f"{kitchen['location_code']}.graphml"
            assert kitchen["road_hash"] == "0" * 64
        locations = pq.read_table(tmp_path / "data" / "locations.parquet")
        assert locations.num_rows == len(catalogue.locations)

    def test_nothing_beside_the_dataset_remains_but_the_lock(
        self, catalogue: Catalogue, tmp_path: Path
    ) -> None:
        make_dataset(plan_of(catalogue, 1), tmp_path / "data")
        assert {entry.name for entry in tmp_path.iterdir()} == {"data", ".data.lock"}

    def test_the_same_plan_gives_the_same_bytes_wherever_it_is_written(
        self, catalogue: Catalogue, tmp_path: Path
    ) -> None:
        make_dataset(plan_of(catalogue), tmp_path / "one")
        make_dataset(plan_of(catalogue), tmp_path / "deep" / "two")
        make_dataset(plan_of(catalogue, seed=7), tmp_path / "other")
        assert contents(tmp_path / "one") == contents(tmp_path / "deep" / "two")
        assert (
            contents(tmp_path / "one")["events.parquet"]
            != contents(tmp_path / "other")["events.parquet"]
        )

    def test_a_kitchen_is_the_same_with_or_without_the_others(
        self, catalogue: Catalogue, tmp_path: Path
    ) -> None:
        make_dataset(plan_of(catalogue, 2), tmp_path / "both")
        make_dataset(plan_of(catalogue, 2, codes="sv"), tmp_path / "one")
        both = pq.read_table(tmp_path / "both" / "events.parquet")
        alone = pq.read_table(tmp_path / "one" / "events.parquet")
        assert both.filter(pc.equal(both["location_id"], 2)).equals(alone)

    def test_a_kitchen_day_made_alone_is_found_again_in_the_file(
        self, catalogue: Catalogue, tmp_path: Path, make_kitchen: Callable[..., Kitchen]
    ) -> None:
        make_dataset(plan_of(catalogue, 3), tmp_path / "data")
        events = pq.read_table(tmp_path / "data" / "events.parquet")
        alone = simulate(make_kitchen("sv"), 1, EPOCH).events
        ids = pc.unique(alone["order_id"])
        assert events.filter(pc.is_in(events["order_id"], ids)).equals(alone)

    def test_more_days_begin_with_the_same_orders(
        self, catalogue: Catalogue, tmp_path: Path
    ) -> None:
        make_dataset(plan_of(catalogue, 1), tmp_path / "short")
        make_dataset(plan_of(catalogue, 3), tmp_path / "long")
        short = pq.read_table(tmp_path / "short" / "events.parquet")
        longer = pq.read_table(tmp_path / "long" / "events.parquet")
        ids = pc.unique(short["order_id"])
        assert longer.filter(pc.is_in(longer["order_id"], ids)).equals(short)

    def test_couriers_are_those_of_the_events_and_the_older_form_has_none(
        self, catalogue: Catalogue, tmp_path: Path
    ) -> None:
        make_dataset(plan_of(catalogue, 2), tmp_path / "data")
        couriers = pq.read_table(tmp_path / "data" / "couriers.parquet")
        events = pq.read_table(tmp_path / "data" / "events.parquet", columns=["driver_id"])
        working = set(pc.unique(events["driver_id"].drop_null()).to_pylist())
        assert working <= set(couriers["driver_id"].to_pylist())
        assert set(couriers["vehicle"].to_pylist()) == {"car", "scooter", "bicycle"}
        plan = replace(plan_of(catalogue, 2), people=False)
        make_dataset(plan, tmp_path / "data")
        assert set(contents(tmp_path / "data")) == FILES - {"couriers.parquet"}
        older = pq.read_table(tmp_path / "data" / "events.parquet")
        assert older.schema.equals(OLDER_EVENT_COLUMNS)
        assert 9 not in older["event_type_id"].to_pylist()

    def test_orders_of_the_last_evening_are_delivered_after_the_last_day(
        self, catalogue: Catalogue, tmp_path: Path
    ) -> None:
        make_dataset(plan_of(catalogue, 2), tmp_path / "data")
        events = pq.read_table(tmp_path / "data" / "events.parquet")
        after = events.filter(pc.greater_equal(events["ts_seconds"], EPOCH + 2 * 86_400))
        assert after.num_rows > 0
        assert 1 not in after["event_type_id"].to_pylist()
        ended = events.filter(pc.is_in(events["event_type_id"], pa.array([8, 9], pa.int8())))
        assert ended.num_rows == len(pc.unique(events["order_id"]))


class _FullDiskError(OSError):
    def __init__(self) -> None:
        super().__init__(errno.ENOSPC, "No space left on device")


@pytest.mark.usefixtures("straight_roads")
class TestWhatIsThereStaysUntilTheNewIsComplete:
    @pytest.fixture
    def before(self, catalogue: Catalogue, tmp_path: Path) -> dict[str, bytes]:
        make_dataset(plan_of(catalogue, 1), tmp_path / "data")
        return contents(tmp_path / "data")

    @pytest.mark.parametrize("fails_at", ["row group", "tables", "description", "swap"])
    def test_a_full_disk_at_any_step_leaves_the_old_dataset(
        self,
        catalogue: Catalogue,
        tmp_path: Path,
        before: dict[str, bytes],
        monkeypatch: pytest.MonkeyPatch,
        fails_at: str,
    ) -> None:
        def full(*_: object, **__: object) -> None:
            raise _FullDiskError

        targets = {
            "row group": (pq.ParquetWriter, "write_table"),
            "tables": (canonical, "write_business_tables"),
            "description": (Path, "write_text"),
            "swap": (local, "_replace"),
        }
        monkeypatch.setattr(*targets[fails_at], full)
        with pytest.raises(OSError, match="No space left"):
            make_dataset(plan_of(catalogue, 2, seed=7), tmp_path / "data")
        assert contents(tmp_path / "data") == before
        assert {entry.name for entry in tmp_path.iterdir()} == {"data", ".data.lock"}

    def test_a_disk_that_fails_at_any_flush_leaves_one_whole_dataset(
        self,
        catalogue: Catalogue,
        tmp_path: Path,
        before: dict[str, bytes],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        really, calls = os.fsync, []
        after: dict[str, bytes] = {}
        for failing in range(1, 40):
            calls.clear()

            def flush(descriptor: int, failing: int = failing) -> None:
                calls.append(descriptor)
                if len(calls) == failing:
                    raise _FullDiskError
                really(descriptor)

            monkeypatch.setattr(os, "fsync", flush)
            try:
                make_dataset(plan_of(catalogue, 1, seed=7), tmp_path / "data")
            except _FullDiskError:
                assert contents(tmp_path / "data") == before
                continue
            after = contents(tmp_path / "data")
            if len(calls) < failing:
                break
        assert len(calls) >= len(FILES) + 2
        assert after.keys() == before.keys()
        assert after["events.parquet"] != before["events.parquet"]

    def test_without_exchange_of_folders_the_result_is_the_same(
        self,
        catalogue: Catalogue,
        tmp_path: Path,
        before: dict[str, bytes],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        monkeypatch.setattr(local, "_exchange", lambda *_: False)
        make_dataset(plan_of(catalogue, 2, seed=7), tmp_path / "data")
        assert contents(tmp_path / "data").keys() == before.keys()
        assert contents(tmp_path / "data")["events.parquet"] != before["events.parquet"]
        assert {entry.name for entry in tmp_path.iterdir()} == {"data", ".data.lock"}

    def test_what_killed_runs_left_is_removed_or_brought_back(
        self, tmp_path: Path, before: dict[str, bytes]
    ) -> None:
        data = tmp_path / "data"
        data.rename(tmp_path / ".data.retired")  # as if killed between the two renames
        (tmp_path / ".data.unfinished").mkdir()
        (tmp_path / ".data.unfinished" / "events.parquet").write_bytes(b"PAR1 half")
        with atomic_directory(data, FILES) as unfinished:
            assert contents(data) == before
            assert contents(unfinished) == {}
            (unfinished / "dataset.json").write_text("{}")
        assert contents(data) == {"dataset.json": b"{}"}
        assert {entry.name for entry in tmp_path.iterdir()} == {"data", ".data.lock"}

    def test_two_runs_into_one_folder_the_second_stops(
        self, catalogue: Catalogue, tmp_path: Path, before: dict[str, bytes]
    ) -> None:
        with (
            FileLock(tmp_path / ".data.lock"),
            pytest.raises(UserError, match="Another run is writing"),
        ):
            make_dataset(plan_of(catalogue), tmp_path / "data")
        assert contents(tmp_path / "data") == before

    def test_a_folder_with_other_files_is_not_replaced(
        self, catalogue: Catalogue, tmp_path: Path
    ) -> None:
        (tmp_path / "home").mkdir()
        (tmp_path / "home" / "letter.txt").write_text("dear")
        with pytest.raises(UserError, match=r"letter\.txt"):
            make_dataset(plan_of(catalogue), tmp_path / "home")
        assert contents(tmp_path / "home") == {"letter.txt": b"dear"}
        data = tmp_path / "parts"
        make_dataset(plan_of(catalogue, 1), data)
        (data / "events.parquet").unlink()
        (data / "events.parquet").mkdir()
        (data / "events.parquet" / "part-00000.parquet").write_bytes(b"ours")
        (data / "events.parquet" / "letter.txt").write_text("dear")
        with pytest.raises(UserError, match=r"events\.parquet/letter\.txt"):
            make_dataset(plan_of(catalogue, 1), data)
        (data / "events.parquet" / "letter.txt").unlink()
        make_dataset(plan_of(catalogue, 1), data)
        assert set(contents(data)) == FILES
        with pytest.raises(UserError, match="is a file"):
            make_dataset(plan_of(catalogue), tmp_path / "home" / "letter.txt")


class TestAnotherProcess:
    """With the real command and the synthetic streets."""

    ARGUMENTS = ("canonical", "--days", "12", "--locations", "sv")

    def test_the_hash_seed_of_python_does_not_matter(self, tmp_path: Path) -> None:
        for name, hash_seed in (("one", "1"), ("two", "4711")):
            subprocess.run(
                command(*self.ARGUMENTS, "--out", str(tmp_path / name)),
                env=environment(PYTHONHASHSEED=hash_seed, TZ=f"Etc/GMT+{len(name)}"),
                check=True,
                capture_output=True,
            )
        assert contents(tmp_path / "one") == contents(tmp_path / "two")
        events = pq.read_table(tmp_path / "one" / "events.parquet")
        assert pa.types.is_string(events.schema.field("route_json").type)

    @pytest.mark.usefixtures("straight_roads")
    def test_a_killed_run_leaves_the_old_dataset_and_the_next_one_cleans_up(
        self, catalogue: Catalogue, tmp_path: Path
    ) -> None:
        make_dataset(plan_of(catalogue, 1), tmp_path / "data")
        before = contents(tmp_path / "data")
        arguments = ("canonical", "--days", "2000", "--locations", "sv")
        with subprocess.Popen(
            command(*arguments, "--out", str(tmp_path / "data")),
            env=environment(),
            stderr=subprocess.PIPE,
            text=True,
        ) as run:
            assert run.stderr is not None
            assert run.stderr.readline().startswith("10 of 2000 days")
            run.send_signal(signal.SIGKILL)
        assert contents(tmp_path / "data") == before
        assert (tmp_path / ".data.unfinished").exists()
        make_dataset(plan_of(catalogue, 1), tmp_path / "data")
        assert contents(tmp_path / "data") == before
        assert {entry.name for entry in tmp_path.iterdir()} == {"data", ".data.lock"}
