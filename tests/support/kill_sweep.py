"""Kills a replay at its first, second, third … touch of the file system until one run survives.

Run as a program: ``kill_sweep.py <canonical> <folder>``. Each run is a fork, so that Python and
its libraries are loaded once. Prints how often it killed; leaves with 1 where what landed after
the kill and one more run is not what an uninterrupted replay lands.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

from flows.replay.commands import ReplayOptions, pause, run

NOW = datetime(2026, 11, 21, 10, 30, 0, 250)
CHANGES = frozenset({"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate"})
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT


def touches(event: str, arguments: tuple[object, ...], landing: Path) -> bool:
    """Whether an audit event is about to change something in the landing folder."""
    if not arguments or str(landing) not in str(arguments[0]):
        return False
    return event in CHANGES or (event == "open" and bool(int(str(arguments[2])) & WRITING))


def forked(action: Callable[[], object]) -> int:
    """Run an action in a process of its own and return its wait status."""
    child = os.fork()
    if child == 0:
        try:
            action()
        except BaseException as error:  # the parent must hear of any
            print(repr(error), file=sys.stderr, flush=True)
            os._exit(2)
        os._exit(0)
    return os.waitpid(child, 0)[1]


def killed_at(touch: int, landing: Path, action: Callable[[], object]) -> int:
    """Run an action that is killed at its n-th touch of the landing folder."""

    def doomed() -> None:
        left = touch

        def hook(event: str, arguments: tuple[object, ...]) -> None:
            nonlocal left
            if touches(event, arguments, landing):
                left -= 1
                if left == 0:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(hook)
        action()

    return forked(doomed)


def content(landing: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(landing)): path.read_bytes()
        for path in landing.rglob("*")
        if path.is_file() and path.name not in {"lock", "lock.owner"}
    }


def main() -> int:
    canonical, folder = Path(sys.argv[1]), Path(sys.argv[2])

    def landed(landing: Path, minutes: int) -> None:
        run(canonical, landing, NOW + timedelta(minutes=minutes), ReplayOptions(start_day=1))

    kills = 0
    stages: list[Callable[[Path], object]] = [
        lambda landing: landed(landing, 0),
        lambda landing: landed(landing, 37),
        lambda landing: pause(landing, NOW + timedelta(minutes=40)),
    ]
    before = folder / "before"
    before.mkdir()
    for number, stage in enumerate(stages):
        whole = folder / f"whole-{number}"
        shutil.copytree(before, whole)
        if forked(lambda stage=stage, whole=whole: stage(whole)):
            return 1
        touch = 0
        while True:
            touch += 1
            landing = folder / "landing"
            shutil.rmtree(landing, ignore_errors=True)
            shutil.copytree(before, landing)
            status = killed_at(touch, landing, lambda s=stage, at=landing: s(at))
            if status == 0:
                break
            if not os.WIFSIGNALED(status):
                return 1
            kills += 1
            for name, lines in content(landing).items():
                # Whatever a reader sees after the kill is whole.
                if not name.startswith("_") and lines != content(whole).get(name):
                    print(f"half visible after touch {touch}: {name}", file=sys.stderr)
                    return 1
            if forked(lambda s=stage, at=landing: s(at)):
                return 1
            if content(landing) != content(whole):
                print(f"touch {touch}: {sorted(content(landing))}", file=sys.stderr)
                return 1
        before = whole
    print(kills)
    return 0


if __name__ == "__main__":
    sys.exit(main())
