"""The generator writes to an object store what it writes to a folder; a window reads its part."""

import json
import shutil
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from common import paths
from common.canonical_dataset import open_dataset
from common.errors import UserError
from common.storage.atomic_directory import atomic_directory
from common.storage.fetched import fetched
from flows.replay.commands import ReplayOptions, run
from generator.__main__ import main
from generator.catalogue.seed_files import load_catalogue
from tests.support.object_store import ObjectStoreServer
from tests.support.sample_datasets import some_orders, write_dataset
from tests.support.volume_shim import content

NOW = datetime(2026, 11, 21, 10, 30, 0, 250)
GUESS_OF_DUCKDB = 16_384
OPTIONS = ("canonical", "--days", "1", "--locations", "sv")


def test_the_same_bytes_as_in_a_folder(
    store: ObjectStoreServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, there = tmp_path / "folder", store.place("canonical")
    assert main([*OPTIONS, "--out", str(folder)]) == 0
    assert main([*OPTIONS, "--out", str(there)]) == 0
    assert store.under(there) == content(folder)
    assert str(there) in capsys.readouterr().out
    written = [each["path"].rsplit("/", 1)[-1] for each in store.log() if each["method"] == "PUT"]
    assert written[-1] == "events.parquet"

    assert main([*OPTIONS, "--out", str(there)]) == 0
    written = [each["path"].rsplit("/", 1)[-1] for each in store.log() if each["method"] == "PUT"]
    assert set(written) == {".canonical.lock"}

    store.put(there / "mine.txt", b"mine")
    assert main([*OPTIONS, "--out", str(there)]) == 2
    assert f"{there} holds files that are not part of a dataset" in capsys.readouterr().err


def test_the_commit_marker_is_removed_first_and_written_last(store: ObjectStoreServer) -> None:
    there = store.place("data")
    for name in ("events/part-1", "events/part-2", "menus", "left"):
        store.put(there / name, b"old")
    own = {"events", "events/part-*", "menus", "left"}
    with atomic_directory(there, own, commit_marker="events") as new:
        (new / "events").mkdir()
        (new / "events" / "part-1").write_text("new")
        (new / "menus").write_text("new")
    assert store.under(there) == {"events/part-1": b"new", "menus": b"new"}
    changes = [each for each in store.log() if each["method"] in {"PUT", "POST", "DELETE"}]
    assert [each["method"] for each in changes] == [
        *["PUT"] * 2,
        *["POST"] * 3,
        *["PUT"] * 2,
        "POST",
    ]
    assert [each["path"].split("/data/")[-1] for each in changes[5:7]] == ["menus", "events/part-1"]


def read_by_a_window(store: ObjectStoreServer, folder: Path, landing: Path) -> list[int]:
    """Return how many bytes of the events the second window of a dataset reads, by request."""
    there = store.place("canonical")
    for file in folder.iterdir():
        store.put(there / file.name, file.read_bytes())
    run(there, landing, NOW, ReplayOptions(start_day=1))
    store.log()
    assert run(there, landing, NOW + timedelta(minutes=3), ReplayOptions()).events > 100
    return [
        each["bytes"]
        for each in store.log()
        if each["path"].endswith("/events.parquet") and each["method"] == "GET"
    ]


def test_a_window_reads_its_part_of_a_dataset_of_any_length(
    store: ObjectStoreServer, tmp_path: Path
) -> None:
    rows = some_orders(24, 120)
    short = [row for row in rows if row["ts_seconds"] < rows[0]["ts_seconds"] + 4 * 86_400]
    events = []
    for days, part in ((4, short), (24, rows)):
        folder = write_dataset(tmp_path / f"{days}", part, days=days, row_group_size=1_000)
        read = read_by_a_window(store, folder, tmp_path / f"landing-{days}")
        file = folder / "events.parquet"
        # The footer says where each row group is. It is read before a window and after it, and by
        # DuckDB, which guesses how long it is.
        footer = pq.read_metadata(file).serialized_size
        of_footers = {8, GUESS_OF_DUCKDB, footer, footer + 8}
        assert sum(each in of_footers for each in read) <= 6
        events.append([each for each in read if each not in of_footers])
        assert sum(events[-1]) < file.stat().st_size / 4
    assert events[0] == events[1]
    assert len(events[0]) == 1


def test_a_world_is_copied_into_the_project(
    store: ObjectStoreServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = store.place("worlds/pharmacy")
    for file in paths.SEEDS.glob("*.csv"):
        store.put(there / file.name, file.read_bytes())
    monkeypatch.setattr(paths, "PROJECT", tmp_path)
    monkeypatch.setenv("CASPERS_WORLD", str(there))
    world = paths.seeds_directory()
    assert world == tmp_path / "data" / "worlds" / "s3" / there.parts[1] / "worlds" / "pharmacy"
    assert len(load_catalogue(world).locations) == 4

    store.log()
    assert paths.seeds_directory() == world
    assert [each["method"] for each in store.log()] == ["GET"]
    store.put(there / "brands.csv", b"changed\n")
    assert (paths.seeds_directory() / "brands.csv").read_bytes() == b"changed\n"
    shutil.rmtree(world)
    assert (paths.seeds_directory() / "brands.csv").read_bytes() == b"changed\n"

    monkeypatch.setenv("CASPERS_WORLD", f"{there}/nothing")
    with pytest.raises(UserError, match="There is nothing in s3://"):
        paths.seeds_directory()
    assert fetched(tmp_path, tmp_path / "copy") == tmp_path


def test_some_of_the_parts_are_no_dataset(store: ObjectStoreServer, tmp_path: Path) -> None:
    rows = some_orders(3, 20)
    there, whole = store.place("canonical"), pa.Table.from_pylist(rows)
    parts = (whole.slice(0, 500), whole.slice(500))
    for number, part in enumerate(parts):
        file = tmp_path / f"part-{number:05}.parquet"
        pq.write_table(part, file)
        store.put(there / "events.parquet" / file.name, file.read_bytes())
    store.put(there / "dataset.json", json.dumps({"days": 3, "events": len(rows)}).encode())
    assert len(open_dataset(there).files) == 2
    store.put(there / "dataset.json", json.dumps({"days": 3, "events": 2 * len(rows)}).encode())
    with pytest.raises(UserError, match=r"has [\d,]+ of the [\d,]+ events that dataset.json"):
        open_dataset(there)
