"""The generator writes to a volume what it writes to a folder."""

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import networkx as nx
import numpy as np
import pytest

from common.errors import UserError
from common.paths import PROJECT
from common.storage import storage_of
from common.storage.atomic_directory import atomic_directory
from common.storage.volume import is_on_volume
from flows.replay.commands import ReplayOptions, status
from generator.__main__ import main
from generator.roads import osm
from generator.roads.delivery_area import DeliveryArea
from tests.support.volume_shim import Volume, behind, content

NOW = datetime(2026, 11, 21, 10, 30, 0, 250)

if TYPE_CHECKING:
    from collections.abc import Mapping

AREA = DeliveryArea("sf", 37.77, -122.42, 3.0)
OPTIONS = ("canonical", "--days", "1", "--locations", "sv")


def test_the_same_bytes_as_in_a_folder(
    misc: Path, volume: Volume, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "folder"
    assert main([*OPTIONS, "--out", str(folder)]) == 0
    assert main([*OPTIONS, "--out", str(misc / "canonical")]) == 0
    written = content(behind(volume, misc / "canonical"))
    assert written == content(folder)
    assert len(written) == 9
    created = [call for call in volume.calls if call.startswith("create") and "/_" not in call]
    assert created[-1].endswith("/canonical/events.parquet")

    volume.calls.clear()
    assert main([*OPTIONS, "--out", str(misc / "canonical")]) == 0
    assert [call for call in volume.calls if "/canonical/" in call] == []
    capsys.readouterr()


def test_the_commit_marker_is_removed_first_and_written_last(misc: Path, volume: Volume) -> None:
    write(misc / "data", {"events": "old", "menus": "old", "items": "same", "left": "over"})
    volume.calls.clear()
    write(misc / "data", {"events": "new", "menus": "new", "items": "same"})
    about = [call for call in volume.calls if "/data/" in call and not call.startswith("write")]
    names = [call.replace("/caspersdev/simulator/misc/data/", "") for call in about]
    assert names[:2] == ["unlink events", "unlink left"]
    assert names[-5:] == [
        "create _events.upload",
        "close _events.upload",
        "create events",
        "close events",
        "unlink _events.upload",
    ]
    assert content(behind(volume, misc / "data")) == {
        "events": b"new",
        "menus": b"new",
        "items": b"same",
    }


def write(directory: Path, files: "Mapping[str, str]") -> None:
    with atomic_directory(
        directory, {"events", "menus", "items", "left"}, commit_marker="events"
    ) as new:
        for name, text in files.items():
            (new / name).write_text(text)


def test_subfolders_are_published_too(misc: Path, volume: Volume) -> None:
    with atomic_directory(misc / "faulty", {"one", "_faults"}) as new:
        (new / "one").write_text("1")
        (new / "_faults").mkdir()
        (new / "_faults" / "ledger").write_text("all of them")
    assert content(behind(volume, misc / "faulty")) == {
        "one": b"1",
        "_faults/ledger": b"all of them",
    }


def test_files_of_others_are_not_replaced(misc: Path) -> None:
    (misc / "data").mkdir()
    with (misc / "data" / "letter").open("wb") as letter:
        letter.write(b"dear")
    with pytest.raises(UserError, match="letter"):
        write(misc / "data", {"events": "new"})
    assert [file.name for file in (misc / "data").iterdir()] == ["letter"]


def test_a_volume_itself_cannot_be_replaced(misc: Path) -> None:
    with pytest.raises(UserError, match="is not inside a volume"):
        write(misc, {"events": "new"})


def test_the_second_of_two_runs_into_one_folder_stops(misc: Path) -> None:
    write(misc / "data", {"events": "old"})
    with (
        storage_of(misc).lock(misc / ".data.lock", None),
        pytest.raises(UserError, match="Another run is writing"),
    ):
        write(misc / "data", {"events": "new"})
    assert (misc / "data" / "events").read_bytes() == b"old"


def test_killed_at_any_call_the_folder_is_old_new_or_incomplete(tmp_path: Path) -> None:
    script = Path(__file__).with_name("kill_sweep_of_a_folder.py")
    swept = subprocess.run(
        [sys.executable, str(script), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert swept.returncode == 0, swept.stderr
    assert int(swept.stdout) >= 25


def test_a_dataset_without_its_events_is_not_a_dataset(events: Path, misc: Path) -> None:
    write(misc / "data", {"menus": "new"})
    with pytest.raises(UserError, match=r"There is no canonical dataset at .*: make the dataset"):
        status(misc / "data", events, NOW, ReplayOptions())


@pytest.fixture
def downloads(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Downloads without a server; for each, whether OSMnx may keep a cache."""
    cached: list[bool] = []

    def download(
        _server: object, area: DeliveryArea, roads_directory: Path, **_: object
    ) -> tuple[nx.MultiDiGraph, osm.KnownAddresses]:
        cached.append(storage_of(roads_directory).opens_cheaply)
        kitchen = area.kitchen
        graph = nx.MultiDiGraph(crs="epsg:4326")
        graph.add_node(1, y=kitchen[0], x=kitchen[1])
        graph.add_node(2, y=kitchen[0] + 0.001, x=kitchen[1])
        graph.add_edge(1, 2, 0, length=111.0)
        graph.add_edge(2, 1, 0, length=111.0)
        place = np.array([kitchen[0]]), np.array([kitchen[1]])
        return graph, osm.KnownAddresses(*place, ["1 Elm St"])

    monkeypatch.setattr(osm, "_check_server", lambda *_: None)
    monkeypatch.setattr(osm, "_download", download)
    return cached


def test_streets_are_kept_on_a_volume(
    misc: Path, volume: Volume, tmp_path: Path, downloads: list[bool]
) -> None:
    for roads in (misc / "roads", tmp_path / "roads"):
        osm.fetch(AREA, roads)
    assert content(behind(volume, misc / "roads")) == content(tmp_path / "roads")
    assert downloads == [False, True]
    osm.fetch(AREA, misc / "roads")
    assert len(downloads) == 2


@pytest.mark.parametrize("name", ["sf.graphml", "sf.addresses.csv"])
def test_streets_whose_upload_was_cut_are_fetched_again(
    misc: Path, volume: Volume, downloads: list[bool], name: str
) -> None:
    file = osm.fetch(AREA, misc / "roads")
    whole = content(behind(volume, file.parent))
    half = behind(volume, file).with_name(name)
    half.write_bytes(half.read_bytes()[:20])
    half.with_name(f"_{name}.upload").write_text('{"sha256": "')
    osm.fetch(AREA, misc / "roads")
    assert len(downloads) == 2
    assert content(behind(volume, file.parent)) == whole


def test_streets_are_drawn_onto_a_volume(misc: Path, capsys: pytest.CaptureFixture[str]) -> None:
    picture = misc / "sv.png"
    assert main(["roads", "draw", "--locations", "sv", "--out", str(picture)]) == 0
    assert picture.read_bytes().startswith(b"\x89PNG")
    capsys.readouterr()


@pytest.mark.parametrize(
    ("platform", "named", "path", "expected"),
    [
        ("linux", None, "/Volumes/catalog/schema/volume", True),
        ("linux", None, "/Volumes/catalog/schema/volume/a/b", True),
        ("linux", None, "/home/Volumes/catalog/schema/volume", False),
        ("linux", None, "/VolumesToo/catalog/schema/volume", False),
        ("darwin", None, "/Volumes/My Disk/caspers/data/landing", False),
        ("darwin", "/mnt/volumes", "/mnt/volumes/catalog/schema/volume", True),
        ("linux", "/mnt/volumes", "/Volumes/catalog/schema/volume", False),
    ],
)
def test_a_volume_is_recognized_by_its_path(
    monkeypatch: pytest.MonkeyPatch, platform: str, named: str | None, path: str, *, expected: bool
) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    if named is None:
        monkeypatch.delenv("CASPERS_VOLUMES", raising=False)
    else:
        monkeypatch.setenv("CASPERS_VOLUMES", named)
    assert is_on_volume(Path(path)) is expected
