"""Kills, full disks and folders that cannot be written: nothing lost, nothing half visible."""

import errno
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from common.errors import UserError
from common.paths import PROJECT
from common.storage import local
from flows.replay.commands import ReplayOptions, run
from tests.support.sample_datasets import Small, landed_bytes

NOW = datetime(2026, 11, 21, 10, 30, 0, 250)


def test_a_replay_killed_at_any_change_is_completed_by_the_next(
    small: Small, tmp_path: Path
) -> None:
    script = Path(__file__).with_name("kill_sweep.py")
    swept = subprocess.run(
        [sys.executable, str(script), str(small.folder), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert swept.returncode == 0, swept.stderr
    assert int(swept.stdout) >= 25


LIMITED = """
import resource, sys
from flows.replay.__main__ import main
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
sys.exit(main(sys.argv[1:]))
"""


def test_a_file_that_cannot_grow_leaves_nothing_behind(small: Small, landing: Path) -> None:
    run(small.folder, landing, NOW, ReplayOptions(start_day=0))
    before = landed_bytes(landing)
    ended = subprocess.run(
        [
            *(sys.executable, "-c", LIMITED, "run", "--now", str(NOW + timedelta(hours=2))),
            *("--canonical", str(small.folder), "--landing", str(landing)),
        ],
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith("error: Could not write the window into ")
    assert "larger than the system allows" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert landed_bytes(landing) == before
    assert run(small.folder, landing, NOW + timedelta(hours=2), ReplayOptions()).events > 0


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EIO])
@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_disk_that_fails_at_the_last_step_publishes_nothing(
    small: Small, landing: Path, monkeypatch: pytest.MonkeyPatch, number: int, step: str
) -> None:
    run(small.folder, landing, NOW, ReplayOptions(start_day=0))
    before = landed_bytes(landing)

    def fail(*_: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as broken:
        broken.setattr(local.os, step, fail)
        with pytest.raises(UserError, match="Could not land the next window"):
            run(small.folder, landing, NOW + timedelta(hours=1), ReplayOptions())
    assert landed_bytes(landing) == before
    assert run(small.folder, landing, NOW + timedelta(hours=1), ReplayOptions()).events > 0
    assert landed_bytes(landing).startswith(before)


@pytest.mark.parametrize(
    "obstacle",
    [
        lambda landing: landing.parent.write_text("a file"),
        lambda landing: landing.mkdir(parents=True) or (landing / "_replay").write_text("a file"),
    ],
)
def test_a_file_in_place_of_the_folder_is_reported(
    small: Small, landing: Path, obstacle: Callable[[Path], object]
) -> None:
    obstacle(landing)
    with pytest.raises(UserError, match="Could not land the next window") as error:
        run(small.folder, landing, NOW, ReplayOptions())
    assert str(landing.parent) in str(error.value)


def test_content_is_on_the_disk_before_its_name_is(
    small: Small, landing: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Power may fail between any two of these; so each window and the settings come in order."""
    seen: list[tuple[str, str]] = []
    flush, replace = local._flush, os.replace

    def record_flush(path: Path, flags: int) -> None:
        seen.append(("flush", path.name))
        flush(path, flags)

    def record_replace(staged: Path, final: Path) -> None:
        seen.append(("name", final.name))
        replace(staged, final)

    monkeypatch.setattr(local, "_flush", record_flush)
    monkeypatch.setattr(local.os, "replace", record_replace)
    report = run(small.folder, landing, NOW, ReplayOptions(start_day=0))
    assert report.file is not None
    assert seen == [
        ("flush", "settings.json.partial"),
        ("name", "settings.json"),
        ("flush", "_replay"),
        ("flush", report.file.name + ".partial"),
        ("name", report.file.name),
        ("flush", landing.name),
    ]
