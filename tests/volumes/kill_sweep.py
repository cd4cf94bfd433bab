"""Kills a replay on a volume at each call that changes it, until one run survives.

Run as a program: ``kill_sweep.py <canonical> <folder>``. A kill inside a write leaves half of it.
After each kill a reader must see whole windows only, a run that comes at once must either find
the dead run's claim and do nothing or go on, and a run that comes when the claim has run out
must land what an uninterrupted replay lands. Prints how often it killed.
"""

import os
import shutil
import sys
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from common.errors import BusyError
from common.storage import leases
from flows.replay.commands import ReplayOptions, pause, run
from tests.support.kill_sweep import forked
from tests.support.volume_shim import mounted

NOW = datetime(2026, 11, 21, 10, 30, 0, 250)
LANDING = ("caspersdev", "simulator", "events")


def content(backing: Path) -> dict[str, bytes]:
    landing = backing.joinpath(*LANDING)
    return {
        str(path.relative_to(landing)): path.read_bytes()
        for path in landing.rglob("*")
        if path.is_file() and path.parent.name != "lock.leases"
    }


def seen(backing: Path) -> dict[str, bytes]:
    """What a reader takes: lines files of plain names, without those that lie beside a note."""
    files = content(backing)
    return {
        name: lines
        for name, lines in files.items()
        if "/" not in name
        and name.endswith(".jsonl")
        and not name.startswith("_")
        and f"_{name}.upload" not in files
    }


def main() -> int:  # noqa: PLR0911  # each way to fail says its own line
    canonical, folder = Path(sys.argv[1]), Path(sys.argv[2])
    root = folder / "Volumes"
    landing = root.joinpath(*LANDING)
    stages: list[Callable[[], object]] = [
        lambda: run(canonical, landing, NOW, ReplayOptions(start_day=1)),
        lambda: run(canonical, landing, NOW + timedelta(minutes=37), ReplayOptions()),
        lambda: pause(landing, NOW + timedelta(minutes=40)),
    ]

    def on(backing: Path, stage: Callable[[], object], kill_at: int | None = None) -> int:
        def action() -> None:
            with mounted(root, backing) as volume:
                volume.kill_at = kill_at
                stage()

        return forked(action)

    def later(stage: Callable[[], object]) -> Callable[[], object]:
        def action() -> None:
            real = time.time
            leases.time.time = lambda: real() + leases.LEASE_SECONDS + 31
            stage()

        return action

    def at_once(stage: Callable[[], object]) -> Callable[[], object]:
        def action() -> None:
            try:
                stage()
            except BusyError:
                return

        return action

    kills = 0
    before = folder / "before"
    before.joinpath(*LANDING).mkdir(parents=True)
    for number, stage in enumerate(stages):
        whole = folder / f"whole-{number}"
        shutil.copytree(before, whole)
        if on(whole, stage):
            return 1
        call = 0
        while True:
            call += 1
            backing = folder / "killed"
            shutil.rmtree(backing, ignore_errors=True)
            shutil.copytree(before, backing)
            status = on(backing, stage, kill_at=call)
            if status == 0:
                break
            if not os.WIFSIGNALED(status):
                return 1
            kills += 1
            for name, lines in seen(backing).items():
                if lines != content(whole).get(name):
                    print(f"half visible after call {call}: {name}", file=sys.stderr)
                    return 1
            if on(backing, at_once(stage)):
                return 1
            if on(backing, later(stage)):
                return 1
            if content(backing) != content(whole):
                print(f"call {call}: {sorted(content(backing))}", file=sys.stderr)
                return 1
        before = whole
    print(kills)
    return 0


if __name__ == "__main__":
    sys.exit(main())
