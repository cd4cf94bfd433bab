"""The replay lands on a volume what it lands in a folder; half a file does not count."""

import hashlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from common.errors import BusyError, UserError
from common.landing.landing import Landing
from common.paths import PROJECT
from common.storage import leases
from flows.replay.commands import ReplayOptions, change_speed, pause, reset, resume, run, status
from tests.support import volume_shim
from tests.support.sample_datasets import Small, landed_bytes
from tests.support.volume_shim import Volume, behind, content

NOW = datetime(2026, 11, 21, 10, 30, 0, 250)


def run_replay(canonical: Path, landing: Path) -> None:
    """Land a first window and others, pause, change the speed, and pass the end of the cycle."""
    run(canonical, landing, NOW, ReplayOptions(start_day=1))
    run(canonical, landing, NOW + timedelta(minutes=3), ReplayOptions())
    pause(landing, NOW + timedelta(minutes=5))
    run(canonical, landing, NOW + timedelta(minutes=6), ReplayOptions())
    resume(landing, NOW + timedelta(minutes=9))
    change_speed(landing, NOW + timedelta(minutes=12), 600)
    run(canonical, landing, NOW + timedelta(minutes=18), ReplayOptions())
    run(canonical, landing, NOW + timedelta(hours=12), ReplayOptions())
    run(canonical, landing, NOW + timedelta(hours=12), ReplayOptions())


def test_the_same_bytes_as_in_a_folder(
    small: Small, events: Path, volume: Volume, tmp_path: Path
) -> None:
    folder = tmp_path / "folder"
    run_replay(small.folder, folder)
    run_replay(small.folder, events)
    landed = content(behind(volume, events))
    assert landed == content(folder)
    assert b"-L3" in landed_bytes(behind(volume, events))
    assert len([name for name in landed if name.startswith("window-")]) == 4
    assert status(small.folder, events, NOW + timedelta(hours=13), ReplayOptions()).windows == 4


def test_a_window_is_written_once_between_its_marker_and_the_removal_of_the_marker(
    small: Small, events: Path, volume: Volume
) -> None:
    run(small.folder, events, NOW, ReplayOptions(start_day=1))
    volume.calls.clear()
    report = run(small.folder, events, NOW + timedelta(minutes=3), ReplayOptions())
    assert report.file is not None
    here = "/caspersdev/simulator/events"
    file, marker = f"{here}/{report.file.name}", f"{here}/_{report.file.name}.upload"
    about = [call for call in volume.calls if "window-" in call and not call.startswith("write")]
    assert about == [
        f"create {marker}",
        f"close {marker}",
        f"create {file}",
        f"close {file}",
        f"unlink {marker}",
    ]


def test_reset_removes_what_landed_and_leaves_the_files_of_others(
    small: Small, events: Path, volume: Volume
) -> None:
    run_replay(small.folder, events)
    (behind(volume, events) / "mine.jsonl").write_text("{}\n")
    assert reset(events).startswith("Removed 4 landed windows")
    assert content(behind(volume, events)) == {"mine.jsonl": b"{}\n"}
    assert reset(events).startswith("Removed 0 landed windows")


def test_the_second_of_two_replays_stops_and_writes_nothing(small: Small, events: Path) -> None:
    run(small.folder, events, NOW, ReplayOptions(start_day=1))
    before = Landing(events).windows()
    with (
        Landing(events).lock(),
        pytest.raises(BusyError, match=r"Another replay is at work on .*process \d"),
    ):
        run(small.folder, events, NOW + timedelta(hours=1), ReplayOptions())
    assert Landing(events).windows() == before
    assert run(small.folder, events, NOW + timedelta(hours=1), ReplayOptions()).events > 0


def test_of_two_simultaneous_leases_at_most_one_is_granted(events: Path) -> None:
    """In every interleaving of the steps: each writes its lease first and then looks for others."""
    folder = events / "leases"
    folder.mkdir()

    def write(path: Path, owner: bytes) -> None:
        with path.open("wb") as file:
            file.write(owner)

    def is_granted(lease: leases.Lease) -> bool:
        try:
            lease.refuse_others()
        except leases.LockedError:
            return False
        return True

    for order in ("aabb", "abab", "abba", "baab", "baba", "bbaa"):
        both = {name: leases.Lease(folder, name.encode(), write) for name in "ab"}
        granted: dict[str, bool] = {}
        seen: set[str] = set()
        for name in order:
            if name not in seen:
                both[name].renew()
            else:
                granted[name] = is_granted(both[name])
            seen.add(name)
        assert sum(granted.values()) <= 1, order
        for lease in both.values():
            lease.release()
        assert list(folder.iterdir()) == []


class Clock:
    """The clock that leases read."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_800_000_000.0
        monkeypatch.setattr(leases.time, "time", lambda: self.now)


def test_the_lease_of_a_killed_run_expires(
    small: Small, events: Path, volume: Volume, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    run(small.folder, events, NOW, ReplayOptions(start_day=1))
    lease_folder = behind(volume, events) / "_replay" / "lock.leases"
    (lease_folder / f"lease-{int(clock.now) + 120}-{'0' * 32}").write_text("process 7 on elsewhere")
    with pytest.raises(
        BusyError, match=r"process 7 on elsewhere; if it was killed, its lease expires at \d\d:"
    ):
        run(small.folder, events, NOW + timedelta(hours=1), ReplayOptions())
    clock.now += 151
    assert run(small.folder, events, NOW + timedelta(hours=1), ReplayOptions()).events > 0
    assert list(lease_folder.iterdir()) == []


def test_a_lease_is_renewed_before_it_expires(
    events: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    monkeypatch.setattr(leases, "_RENEW_SECONDS", 0.01)
    folder = events / "_replay" / "lock.leases"
    with Landing(events).lock() as lock:
        first = {lease.name for lease in folder.iterdir()}
        clock.now += 100
        for _ in range(3_000):
            if not first & {lease.name for lease in folder.iterdir()}:
                break
            threading.Event().wait(0.01)
        clock.now += 100
        lock.check()


def test_a_machine_that_was_suspended_publishes_nothing(
    small: Small, events: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)

    def suspend(*_: object) -> None:
        clock.now += 121

    with pytest.raises(BusyError, match="expired before it ended"):
        run(small.folder, events, NOW, ReplayOptions(start_day=1), suspend)
    assert Landing(events).windows() == []
    assert run(small.folder, events, NOW, ReplayOptions(start_day=1)).events > 0


@pytest.mark.parametrize("cut", [lambda text: text[: len(text) // 2], lambda text: text])
def test_a_file_with_its_marker_beside_it_has_not_landed(
    small: Small, events: Path, volume: Volume, cut: Callable[[bytes], bytes]
) -> None:
    run(small.folder, events, NOW, ReplayOptions(start_day=1))
    report = run(small.folder, events, NOW + timedelta(minutes=3), ReplayOptions())
    assert report.file is not None
    file = behind(volume, report.file)
    whole = file.read_bytes()
    file.write_bytes(cut(whole))
    marker = file.with_name(f"_{file.name}.upload")
    marker.write_text(json.dumps({"sha256": hashlib.sha256(whole).hexdigest(), "text": None}))
    assert status(small.folder, events, NOW, ReplayOptions()).windows == 1
    run(small.folder, events, NOW + timedelta(minutes=3), ReplayOptions())
    assert file.read_bytes() == whole
    assert not marker.exists()


def test_an_incomplete_upload_is_not_a_window(
    small: Small, events: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = volume_shim.Sequential.write

    def lose_the_end(file: volume_shim.Sequential, data: bytes) -> int:
        if file.path.name.startswith("window-"):
            real(file, data[:-1])
            return len(data)
        return real(file, data)

    with monkeypatch.context() as broken:
        broken.setattr(volume_shim.Sequential, "write", lose_the_end)
        with pytest.raises(UserError, match="Could not land the next window"):
            run(small.folder, events, NOW, ReplayOptions(start_day=1))
    assert Landing(events).windows() == []
    assert run(small.folder, events, NOW, ReplayOptions(start_day=1)).events > 0


@pytest.mark.parametrize("parts", [(), ("caspersdev",), ("caspersdev", "simulator")])
def test_a_path_outside_of_volumes_is_named(
    small: Small, volume: Volume, parts: tuple[str, ...]
) -> None:
    path = volume.root.joinpath(*parts)
    with pytest.raises(UserError, match="is not inside a volume; choose a folder under") as error:
        status(small.folder, path, NOW, ReplayOptions())
    assert str(path) in str(error.value)


@pytest.mark.thorough
def test_killed_at_any_call_and_started_again(small: Small, tmp_path: Path) -> None:
    script = Path(__file__).with_name("kill_sweep.py")
    swept = subprocess.run(
        [sys.executable, str(script), str(small.folder), str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert swept.returncode == 0, swept.stderr
    assert int(swept.stdout) >= 40
