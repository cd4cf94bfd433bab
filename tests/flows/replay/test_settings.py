"""The settings file: what was fixed at the first run, and nothing that cannot be."""

import json
import os
import shutil
import tempfile
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from common.errors import UserError
from common.landing.landing import Landing
from common.landing.settings import SETTINGS_FILE, read_settings, write_settings
from flows.replay.commands import ReplayOptions, change_speed, pause, resume, run
from tests.support.sample_datasets import Small, landed_bytes

NOW = datetime(2026, 11, 21, 10, 30, 0, 250)


@pytest.fixture
def begun(small: Small, landing: Path) -> Path:
    run(small.folder, landing, NOW, ReplayOptions(1, 60.0))
    change_speed(landing, NOW + timedelta(minutes=1), 17.3)
    pause(landing, NOW + timedelta(minutes=2, microseconds=1))
    resume(landing, NOW + timedelta(minutes=9))
    return landing


def test_what_is_written_is_read_again(begun: Path) -> None:
    settings = read_settings(Landing(begun))
    assert settings is not None
    assert [segment.paused for segment in settings.segments] == [False, False, True, False]
    text = Landing(begun).state_file(SETTINGS_FILE).read_bytes()
    write_settings(Landing(begun), settings)
    assert Landing(begun).state_file(SETTINGS_FILE).read_bytes() == text
    assert read_settings(Landing(begun.parent)) is None


def edited(change: Callable[[dict[str, Any]], object]) -> Callable[[str], str]:
    def edit(text: str) -> str:
        content = json.loads(text)
        change(content)
        return json.dumps(content)

    return edit


@pytest.mark.parametrize(
    "damage",
    [
        lambda _: "",
        lambda text: text[: len(text) // 2],
        lambda _: "[]",
        lambda _: "\0" * 100,
        edited(lambda c: c.update(version=2)),
        edited(lambda c: c.update(start_day="1")),
        edited(lambda c: c.update(start_day=2)),
        edited(lambda c: c.update(start_position=5)),
        edited(lambda c: c.update(shift_days=c["shift_days"] + 1)),
        edited(lambda c: c.update(sim_start="2026-11-21T11:00:00")),
        edited(lambda c: c.update(sim_start="yesterday")),
        edited(lambda c: c.update(watermark=0)),
        edited(lambda c: c.update(segments=[])),
        edited(lambda c: c["segments"].pop(1)),
        edited(lambda c: c["segments"].reverse()),
        edited(lambda c: c["segments"][1].update(speed=-1)),
        edited(lambda c: c["segments"][1].update(speed=16.0)),
        edited(lambda c: c["segments"][2].update(position=7)),
        edited(lambda c: c["segments"][3].update(since="2026-11-21T10:40:00Z")),
        edited(lambda c: c["dataset"].update(days=0)),
        edited(lambda c: c["dataset"].pop("identity")),
    ],
)
def test_an_invalid_file_is_named_and_is_not_a_new_start(
    small: Small, begun: Path, damage: Callable[[str], str]
) -> None:
    file = Landing(begun).state_file(SETTINGS_FILE)
    broken = damage(file.read_text(encoding="utf-8"))
    file.write_text(broken, encoding="utf-8")
    before = landed_bytes(begun)
    for command in (
        lambda: run(small.folder, begun, NOW + timedelta(hours=1), ReplayOptions()),
        lambda: pause(begun, NOW + timedelta(hours=1)),
    ):
        with pytest.raises(UserError, match="reset") as error:
            command()
        assert str(file) in str(error.value)
    assert landed_bytes(begun) == before
    assert file.read_text(encoding="utf-8") == broken


def test_a_folder_in_its_place_is_named(small: Small, landing: Path) -> None:
    Landing(landing).state_file(SETTINGS_FILE).mkdir(parents=True)
    with pytest.raises(UserError, match=r"settings\.json cannot be read"):
        run(small.folder, landing, NOW, ReplayOptions())


NOBODY = 65_534


def as_another_user(ask: Callable[[], object], answer: Path) -> str:
    """Return the error of a process that is not root; root may read everything."""
    child = os.fork()
    if child == 0:
        if os.geteuid() == 0:
            os.setgid(NOBODY)
            os.setuid(NOBODY)
        try:
            ask()
        except UserError as error:
            answer.write_text(str(error), encoding="utf-8")
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    return answer.read_text(encoding="utf-8")


def test_settings_that_may_not_be_read_are_named(small: Small) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o777)
        canonical = shutil.copytree(small.folder, folder / "canonical")
        landing = folder / "landing"
        run(canonical, landing, NOW, ReplayOptions(1, 60.0))
        before, file = landed_bytes(landing), Landing(landing).state_file(SETTINGS_FILE)
        for path in folder.rglob("*"):
            path.chmod(0o777)
        file.chmod(0)
        message = as_another_user(
            lambda: run(canonical, landing, NOW + timedelta(hours=1), ReplayOptions()),
            folder / "message",
        )
        assert f"The replay's settings in {file} cannot be read (Permission denied)" in message
        assert landed_bytes(landing) == before
        file.chmod(0o600)
        run(canonical, landing, NOW + timedelta(hours=1), ReplayOptions())
        assert landed_bytes(landing) != before
