"""The replay lands in an object store what it lands in a folder, also if it is killed."""

import os
import subprocess
import sys
import threading
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from common.errors import BusyError, UserError
from common.landing.landing import Landing
from common.paths import PROJECT
from common.storage import LockedError, leases, storage_of
from common.storage.object_lease import ObjectLease
from common.storage.object_path import ObjectPath
from flows.replay.commands import ReplayOptions, change_speed, pause, reset, resume, run, status
from tests.support.object_store import ObjectStoreServer
from tests.support.sample_datasets import Small, landed_bytes
from tests.support.volume_shim import content

NOW = datetime(2026, 11, 21, 10, 30, 0, 250)


def run_replay(canonical: Path, landing: Path) -> None:
    """Land a first window and others, pause, change the speed, and pass the end of the cycle."""
    run(canonical, landing, NOW, ReplayOptions(start_day=1))
    pause(landing, NOW + timedelta(minutes=5))
    run(canonical, landing, NOW + timedelta(minutes=6), ReplayOptions())
    resume(landing, NOW + timedelta(minutes=9))
    change_speed(landing, NOW + timedelta(minutes=12), 600)
    run(canonical, landing, NOW + timedelta(minutes=18), ReplayOptions())
    run(canonical, landing, NOW + timedelta(hours=1), ReplayOptions())


def uploaded(store: ObjectStoreServer, folder: Path) -> Path:
    """Return a folder in the object store with the same files."""
    there = store.place("canonical")
    for file in folder.iterdir():
        store.put(there / file.name, file.read_bytes())
    return there


def test_the_same_bytes_as_in_a_folder(
    store: ObjectStoreServer, small: Small, tmp_path: Path
) -> None:
    folder, there = tmp_path / "folder", store.place("landing/events")
    run_replay(small.folder, folder)
    run_replay(uploaded(store, small.folder), there)
    landed = store.under(there)
    assert landed == content(folder)
    assert b"-L3" in landed_bytes(folder)
    assert len([name for name in landed if name.startswith("window-")]) == 3
    state = status(small.folder, there, NOW + timedelta(hours=2), ReplayOptions())
    assert state.windows == 3

    store.put(there / "mine.jsonl", b"{}\n")
    assert reset(there).startswith("Removed 3 landed windows")
    assert store.under(there) == {"mine.jsonl": b"{}\n"}
    assert reset(there).startswith("There is no replay in s3://")


def test_a_window_appears_by_one_request(store: ObjectStoreServer, small: Small) -> None:
    there = store.place("landing/events")
    run(small.folder, there, NOW, ReplayOptions(start_day=1))
    store.log()
    report = run(small.folder, there, NOW + timedelta(minutes=3), ReplayOptions())
    assert report.file is not None
    assert str(report.file) == f"{there}/{report.file.name}"
    changes = [(each["method"], each["path"].rsplit("/", 1)[-1]) for each in store.log()]
    assert [change for change in changes if change[0] not in {"GET", "HEAD"}] == [
        ("PUT", "lock"),
        ("PUT", "lock"),  # the store has to refuse this one
        ("PUT", report.file.name),
        ("POST", there.parts[1]),
    ]


def test_the_second_of_two_replays_stops_and_writes_nothing(
    store: ObjectStoreServer, small: Small
) -> None:
    there = store.place("landing/events")
    run(small.folder, there, NOW, ReplayOptions(start_day=1))
    with Landing(there).lock():
        before = store.under(there)
        with pytest.raises(BusyError, match=r"Another replay is at work on s3://.*process \d"):
            run(small.folder, there, NOW + timedelta(hours=1), ReplayOptions())
        assert store.under(there) == before
    assert run(small.folder, there, NOW + timedelta(hours=1), ReplayOptions()).events > 0


@pytest.mark.parametrize("killed", [False, True])
def test_of_many_who_lock_at_once_one_gets_it(
    store: ObjectStoreServer, monkeypatch: pytest.MonkeyPatch, killed: bool
) -> None:
    """Where there is no lease, and where all find the one of a killed run that has expired."""
    lock_file = store.place("landing/events") / "lock"
    storage = storage_of(lock_file)
    assert isinstance(lock_file, ObjectPath)
    if killed:
        begun = leases.time.time()
        monkeypatch.setattr(leases.time, "time", lambda: begun - leases.LEASE_SECONDS - 31)
        ObjectLease(lock_file, "a killed run").take()
        monkeypatch.setattr(leases.time, "time", lambda: begun)
    together, ended = threading.Barrier(8), threading.Event()
    answers: list[str] = []

    def take(number: int) -> None:
        together.wait()
        try:
            with storage.lock(lock_file, f"run {number}"):
                answers.append("granted")
                ended.wait(20)
        except LockedError as error:
            answers.append(str(error))
        if len(answers) == 8:
            ended.set()

    threads = [threading.Thread(target=take, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers.count("granted") == 1
    assert sum("if it was killed, its lease expires at" in each for each in answers) == 7
    assert store.under(lock_file.parent) == {}


def test_a_machine_that_was_suspended_publishes_nothing(
    store: ObjectStoreServer, small: Small, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = store.place("landing/events")
    begun = leases.time.time()
    now = begun
    monkeypatch.setattr(leases.time, "time", lambda: now)

    def suspend(*_: object) -> None:
        nonlocal now
        now = begun + leases.LEASE_SECONDS + 1

    with pytest.raises(BusyError, match="expired before it ended"):
        run(small.folder, there, NOW, ReplayOptions(start_day=1), suspend)
    assert set(store.under(there)) == {"_replay/settings.json", "_replay/lock"}
    now += 60
    assert run(small.folder, there, NOW, ReplayOptions(start_day=1)).events > 0


def test_who_lost_the_lease_to_another_run_publishes_nothing(
    store: ObjectStoreServer, small: Small
) -> None:
    there = store.place("landing/events")
    other = b'{"owner": "process 7 elsewhere", "token": "other", "until": 4000000000}'

    def lose(*_: object) -> None:
        store.put(there / "_replay" / "lock", other)

    with pytest.raises(BusyError, match="expired before it ended"):
        run(small.folder, there, NOW, ReplayOptions(start_day=1), lose)
    assert not any(name.startswith("window-") for name in store.under(there))


def test_a_lease_is_renewed_before_it_expires(
    store: ObjectStoreServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = store.place("landing/events")
    monkeypatch.setattr(leases, "_RENEW_SECONDS", 0.01)
    with Landing(there).lock() as lock:
        first = store.under(there)["_replay/lock"]
        for _ in range(1_000):
            if store.under(there)["_replay/lock"] != first:
                break
            threading.Event().wait(0.01)
        else:
            pytest.fail("the lease was not renewed")
        lock.check()
    assert store.under(there) == {}


def test_a_store_that_takes_no_conditions_is_refused(
    store: ObjectStoreServer, small: Small
) -> None:
    there = store.place("landing/events")
    store.control(unconditional=True)
    with pytest.raises(UserError, match="takes no conditional writes"):
        run(small.folder, there, NOW, ReplayOptions(start_day=1))
    assert store.under(there) == {}


def test_a_window_that_was_cut_short_is_named(store: ObjectStoreServer, small: Small) -> None:
    there = store.place("landing/events")
    report = run(small.folder, there, NOW, ReplayOptions(start_day=1))
    assert report.file is not None
    store.put(report.file, store.under(there)[report.file.name][:-9])
    with pytest.raises(UserError, match=r"s3://.*\.jsonl was cut short"):
        run(small.folder, there, NOW + timedelta(minutes=3), ReplayOptions())


def swept(server: ObjectStoreServer, script: str, *arguments: str) -> int:
    program = Path(__file__).with_name(script)
    found = subprocess.run(
        [sys.executable, str(program), server.endpoint, *arguments],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert found.returncode == 0, found.stderr
    return int(found.stdout)


def test_killed_at_any_request_of_a_window_and_started_again(
    store: ObjectStoreServer, small: Small
) -> None:
    assert swept(store, "kill_sweep.py", str(small.folder), "1") == 8


@pytest.mark.long
def test_killed_at_any_request_and_started_again(store: ObjectStoreServer, small: Small) -> None:
    there = uploaded(store, small.folder)
    assert swept(store, "kill_sweep.py", str(small.folder), "0", "1", "2") == 26
    assert swept(store, "kill_sweep.py", str(there), "0", "1", "2") == 26


@pytest.mark.thorough
def test_a_request_of_a_replaced_folder_is_lost_by_a_kill(store: ObjectStoreServer) -> None:
    assert swept(store, "kill_sweep_of_a_folder.py", "before") == 11


@pytest.mark.long
def test_an_answer_to_a_replaced_folder_is_lost_by_a_kill(store: ObjectStoreServer) -> None:
    assert swept(store, "kill_sweep_of_a_folder.py", "after") == 11
