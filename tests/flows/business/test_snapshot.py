"""The state of the world after a window: the world of the landed dataset, or none, and why."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import duckdb
import pytest

from apps.desk.played_window import read_replay
from apps.desk.world import read_world
from common.errors import UserError
from common.landing.window import Window
from common.paths import landing_directory
from common.snapshots import snapshot_directory, snapshot_file_name
from flows.business.snapshot import (
    KEPT_SNAPSHOTS,
    WorldSnapshots,
    has_snapshots,
    remove_snapshots,
)
from flows.replay import commands
from flows.replay.commands import Report
from flows.replay.replay import ReplayOptions
from generator.dataset.canonical import make_dataset
from generator.dataset.plan import plan_dataset
from generator.snapshot import of_dataset
from tests.support.sample_datasets import Small

DAYS = 2
NOW = datetime(2026, 11, 28, 19, 5)
STAGES = (
    ("picked_up", "on_the_way"),
    ("ready", "ready"),
    ("finished", "packing"),
    ("started", "cooking"),
    ("created", "waiting"),
)


@pytest.fixture(scope="module")
def canonical(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("data") / "canonical"
    make_dataset(plan_dataset(days=DAYS, locations=["sv"], seed=7), folder)
    return folder


@pytest.fixture
def data(tmp_path: Path, canonical: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path))
    (tmp_path / "canonical").symlink_to(canonical)
    return tmp_path


def _land(data: Path, now: datetime) -> Report:
    return commands.run(
        data / "canonical", landing_directory(), now, ReplayOptions(start_day=1, speed=600.0)
    )


def _read(report: Report) -> dict[str, Any]:
    assert report.window is not None
    file = snapshot_directory() / snapshot_file_name(report.window.last)
    found: dict[str, Any] = json.loads(file.read_bytes())
    return found


def test_it_says_of_open_orders_what_has_landed_cycle_after_cycle(data: Path) -> None:
    snapshots = WorldSnapshots()
    seen = set()
    for minute in (0, 4, 8, 12, 16, 20, 40, 41, 42, 43):
        report = _land(data, NOW + timedelta(minutes=minute))
        assert snapshots.write(report) is None
        found = _read(report)
        landed = duckdb.sql(
            f"""select order_id,
              max(ts) filter (event_type = 'order_created') as created,
              max(ts) filter (event_type = 'gk_started') as started,
              max(ts) filter (event_type = 'gk_finished') as finished,
              max(ts) filter (event_type = 'gk_ready') as ready,
              max(ts) filter (event_type = 'driver_picked_up') as picked_up,
              max(body::json ->> 'driver_id') as driver_id
            from read_json('{landing_directory()}/window-*.jsonl',
              columns = {{order_id: 'varchar', event_type: 'varchar', ts: 'timestamp',
                body: 'varchar'}})
            group by all
            having count(*) filter (event_type in ('delivered', 'order_cancelled')) = 0"""
        )
        expected = {}
        for row in landed.to_arrow_table().to_pylist():
            step, stage = next(each for each in STAGES if row[each[0]] is not None)
            # Landed times have milliseconds.
            moment = row[step].isoformat(timespec="milliseconds")
            expected[row["order_id"]] = (stage, moment, row["driver_id"])
        assert {
            row["order_id"]: (
                row["stage"],
                datetime.fromisoformat(row["since_ts"]).isoformat(timespec="milliseconds"),
                row["driver_id"],
            )
            for row in found["orders"]
        } == expected
        seen |= expected.keys()
    assert any("-L" in order_id for order_id in seen)
    assert any("-L" not in order_id for order_id in seen)


def test_the_desk_reads_it_for_its_window_and_its_dataset(data: Path) -> None:
    report = _land(data, NOW)
    WorldSnapshots().write(report)
    replay = read_replay()
    assert replay is not None
    position = replay.windows[-1].last
    world = read_world(replay, position)
    assert world is not None
    found = _read(report)
    on_shift = [row for row in found["couriers"] if row["state"] != "off_shift"]
    assert [row.driver_id for row in world.couriers] == [row["driver_id"] for row in on_shift]
    assert on_shift
    assert world.off_shift == {2: len(found["couriers"]) - len(on_shift)}
    assert [row.kind for row in world.equipment] == ["position", "workstation", "oven", "stove"]
    assert read_world(replace(replay, dataset="another"), position) is None
    assert position is not None
    assert read_world(replay, position + 1) is None
    assert read_world(None, position) is None
    file = snapshot_directory() / snapshot_file_name(position)
    file.write_text(file.read_text()[:-100])
    assert read_world(replay, position) is None


def test_without_a_window_of_a_dataset_nothing_is_written(data: Path) -> None:
    report = _land(data, NOW)
    assert WorldSnapshots().write(replace(report, window=None)) is None
    live = replace(report.settings, profile=replace(report.settings.profile, is_live=True))
    assert WorldSnapshots().write(replace(report, settings=live)) is None
    assert not snapshot_directory().exists()


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"generator_version": "3"}, "version 3 of the generator"),
        ({"people": False}, "tells of nobody"),
        ({"seed": 8}, "another business, configuration or streets"),
        ({"locations": [{"location_code": "sv", "road_source": "sv.graphml"}]}, "from a file"),
        ({"locations": [{"location_code": "sv", "road_source": "osm"}]}, "no longer in"),
        ({"locations": "sv"}, "does not say how"),
    ],
)
def test_a_dataset_that_cannot_be_made_again_has_none_and_it_is_said_once(
    data: Path, canonical: Path, change: dict[str, object], why: str
) -> None:
    (data / "canonical").unlink()
    (data / "canonical").mkdir()
    for file in canonical.iterdir():
        (data / "canonical" / file.name).symlink_to(file)
    description = data / "canonical" / "dataset.json"
    changed = json.loads(description.read_bytes()) | change
    description.unlink()
    description.write_text(json.dumps(changed))
    report, snapshots = _land(data, NOW), WorldSnapshots()
    said = snapshots.write(report)
    assert said is not None
    assert why in said
    assert snapshots.write(report) is None
    assert not snapshot_directory().exists()


def test_the_world_of_a_small_foreign_dataset_is_not_known(small: Small) -> None:
    with pytest.raises(UserError, match=r"dataset\.json does not say how the dataset was made"):
        of_dataset.world_of_dataset(small.folder)


def test_few_are_kept_and_all_are_removed(data: Path) -> None:
    report, snapshots = _land(data, NOW), WorldSnapshots()
    assert report.window is not None
    for number in range(KEPT_SNAPSHOTS + 3):
        window = Window(0, report.window.last + number)
        snapshots.write(SimpleNamespace(window=window, settings=report.settings))  # type: ignore[arg-type]
    folder = snapshot_directory()
    assert len(list(folder.iterdir())) == KEPT_SNAPSHOTS
    (folder / "mine.txt").touch()
    remove_snapshots(folder)
    assert [file.name for file in folder.iterdir()] == ["mine.txt"]
    assert not has_snapshots(folder)
