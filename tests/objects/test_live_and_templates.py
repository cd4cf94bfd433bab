"""A live generator lands in an object store, and templates of a world are read from one."""

from datetime import datetime, timedelta
from pathlib import Path

import pytest

from common.paths import PROJECT
from generator.__main__ import main
from generator.live.plan import AskedOptions
from generator.live.run import LiveRequest, live_generator
from tests.support.object_store import ObjectStoreServer
from tests.support.volume_shim import content

NOW = datetime(2026, 11, 21, 10, 30, 0, 250)


def land_live(landing: Path) -> None:
    """Land a day, start again, and land two windows more."""
    asked = AskedOptions(start_days_ago=1, speed=60, batch_rows=1)
    request = LiveRequest(landing=landing, locations=("sv",), asked=asked)
    with live_generator(request, NOW) as generator:
        generator.step(NOW)
    with live_generator(request, NOW) as generator:
        for minutes in (10, 25):
            assert generator.step(NOW + timedelta(minutes=minutes)).landed


def test_a_live_generator_lands_there_what_it_lands_in_a_folder(
    store: ObjectStoreServer, tmp_path: Path
) -> None:
    folder, there = tmp_path / "folder", store.place("landing/events")
    land_live(folder)
    land_live(there)
    landed = store.under(there)
    assert len([name for name in landed if name.startswith("window-")]) == 3
    assert {name: lines for name, lines in landed.items() if "lock" not in name} == {
        name: lines for name, lines in content(folder).items() if "lock" not in name
    }


def test_templates_are_read_from_there_as_from_a_folder(
    store: ObjectStoreServer, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    templates = tmp_path / "templates"
    assert main(["world", "export", "worlds/pharmacy", "--out", str(templates)]) == 0
    there = store.place("templates")
    for file in templates.rglob("*"):
        if file.is_file():
            store.put(there / file.relative_to(templates).as_posix(), file.read_bytes())
    capsys.readouterr()
    made = PROJECT / "data" / "worlds" / "test-of-templates"
    name = made.relative_to(PROJECT).as_posix()
    try:
        assert main(["world", "import", str(there), "--out", name]) == 0
        world = PROJECT / "worlds" / "pharmacy"
        assert (made / "items.csv").read_bytes() == (world / "items.csv").read_bytes()
    finally:
        for file in sorted(made.rglob("*"), reverse=True):
            file.rmdir() if file.is_dir() else file.unlink()
        if made.is_dir():
            made.rmdir()
    assert main(["world", "import", str(store.place("nothing")), "--out", name]) == 2
    assert "There is nothing in s3://" in capsys.readouterr().err
