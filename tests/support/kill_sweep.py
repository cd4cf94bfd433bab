"""Kills a run at its first, second, third … change of a file system, until one run survives.

Each run is a fork, so that Python and its libraries are loaded once. A check that fails ends the
process with its message and exit code 1.
"""

import itertools
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from common.errors import BusyError
from common.storage import leases
from flows.replay.commands import ReplayOptions, pause, run

NOW = datetime(2026, 11, 21, 10, 30, 0, 250)
CHANGES = frozenset({"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate"})
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT

Action = Callable[[], object]
Content = dict[str, bytes]


def touches(event: str, arguments: tuple[object, ...], landing: Path) -> bool:
    """Whether an audit event is about to change something in the landing folder."""
    if not arguments or str(landing) not in str(arguments[0]):
        return False
    return event in CHANGES or (event == "open" and bool(int(str(arguments[2])) & WRITING))


def forked(action: Action) -> int:
    """Run an action in a process of its own and return its wait status."""
    child = os.fork()
    if child == 0:
        try:
            action()
        except BaseException as error:  # whatever it is, the parent must report it
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(2)
        os._exit(0)
    return os.waitpid(child, 0)[1]


def killed_at_touch(number: int, landing: Path, action: Action) -> Action:
    """Return the action, killed at its n-th touch of the landing folder."""

    def doomed() -> None:
        left = number

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal left
            if touches(event, arguments, landing):
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        action()

    return doomed


def sweep(kill_at: Callable[[int], int], check: Callable[[int], None]) -> int:
    """Kill at call 1, 2, 3 … until a run survives, check after each; return the number of kills.

    Parameters
    ----------
    kill_at
        Runs from the beginning, killed at that call, and returns the wait status.
    check
        Checks what is left after the kill at that call.
    """
    for call in itertools.count(1):
        status = kill_at(call)
        if status == 0:
            return call - 1
        if not os.WIFSIGNALED(status):
            sys.exit(f"call {call}: not killed, but ended with {os.waitstatus_to_exitcode(status)}")
        check(call)
    raise AssertionError("a count does not end")


@dataclass(frozen=True)
class Place:
    """Where a replay is killed.

    Attributes
    ----------
    run
        Runs a stage on the landing in a folder and returns the wait status; killed at the call of
        that number, if one is given.
    content
        All files of the landing in a folder that count, by name.
    visible
        Of these, what a reader takes.
    again
        Runs a stage that follows a kill, as often as it takes to recover, and returns whether
        every run ended well.
    """

    run: Callable[[Path, "Stage", int | None], int]
    content: Callable[[Path], Content]
    visible: Callable[[Content], Content]
    again: Callable[[Path, "Stage"], bool]


Stage = Callable[[Path], object]
"""A command of the replay, on a landing."""


def replay_stages(canonical: Path) -> list[Stage]:
    """Return the first run, the next window, and a change of the settings."""
    return [
        lambda landing: run(canonical, landing, NOW, ReplayOptions(start_day=1)),
        lambda landing: run(canonical, landing, NOW + timedelta(minutes=37), ReplayOptions()),
        lambda landing: pause(landing, NOW + timedelta(minutes=40)),
    ]


def after_the_lease(stage: Stage) -> Stage:
    """Return the stage as it runs once the lease of a killed run has expired."""

    def action(landing: Path) -> None:
        real = time.time
        leases.time.time = lambda: real() + leases.LEASE_SECONDS + 31
        stage(landing)

    return action


def unless_busy(stage: Stage) -> Stage:
    """Return the stage, successful also where it finds the lease of a killed run."""

    def action(landing: Path) -> None:
        try:
            stage(landing)
        except BusyError:
            return

    return action


def sweep_stages(place: Place, folder: Path, before: Path, stages: Sequence[Stage]) -> int:
    """Kill each stage at each call; return the number of kills.

    After each kill a reader must see complete files only, and after another run all files must be
    those of a run that was never killed.
    """
    kills = 0
    for number, stage in enumerate(stages):
        undisturbed = folder / f"undisturbed-{number}"
        shutil.copytree(before, undisturbed)
        if place.run(undisturbed, stage, None):
            sys.exit(f"stage {number} failed without a kill")
        expected = place.content(undisturbed)
        killed = folder / "killed"

        def kill_at(
            call: int, killed: Path = killed, before: Path = before, stage: Stage = stage
        ) -> int:
            shutil.rmtree(killed, ignore_errors=True)
            shutil.copytree(before, killed)
            return place.run(killed, stage, call)

        def check(
            call: int,
            killed: Path = killed,
            stage: Stage = stage,
            expected: Content = expected,
        ) -> None:
            for name, lines in place.visible(place.content(killed)).items():
                if lines != expected.get(name):
                    sys.exit(f"half visible after call {call}: {name}")
            if not place.again(killed, stage):
                sys.exit(f"the run after the kill at call {call} failed")
            if place.content(killed) != expected:
                sys.exit(f"call {call}: {sorted(place.content(killed))}")

        kills += sweep(kill_at, check)
        before = undisturbed
    return kills


def files_under(folder: Path, without: Callable[[Path], bool]) -> Content:
    """Return the content of all files in and under a folder but for those of the lock."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and not without(path)
    }
