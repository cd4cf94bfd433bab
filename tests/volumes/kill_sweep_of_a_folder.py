"""Kills the replacement of a folder on a volume at each call, until one survives.

Run as a program: ``kill_sweep_of_a_folder.py <folder>``. After each kill the folder must be the
old one, the new one, or one whose commit marker is missing or still marked as an upload; after
another run it must be the new one. Prints the number of kills.
"""

import shutil
import sys
import time
from pathlib import Path

from common.storage import leases
from common.storage.atomic_directory import atomic_directory
from tests.support.kill_sweep import forked, sweep
from tests.support.volume_shim import mounted

OLD = {"events": b"old events", "menus": b"old", "items": b"same", "left": b"over"}
NEW = {"events": b"new events", "menus": b"new", "items": b"same"}
PLACE = ("caspersdev", "simulator", "misc")


def main() -> None:
    folder = Path(sys.argv[1])
    root = folder / "Volumes"
    backing = folder / "behind"
    data = backing.joinpath(*PLACE, "data")

    def found() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in data.iterdir()}

    def replace(kill_at: int | None, later: float = 0.0) -> int:
        def action() -> None:
            real = time.time
            leases.time.time = lambda: real() + later
            with mounted(root, backing) as volume:
                volume.kill_at = kill_at
                place = root.joinpath(*PLACE, "data")
                with atomic_directory(place, OLD.keys(), commit_marker="events") as new:
                    for name, content in NEW.items():
                        (new / name).write_bytes(content)

        return forked(action)

    def kill_at(call: int) -> int:
        shutil.rmtree(backing, ignore_errors=True)
        data.mkdir(parents=True)
        for name, content in OLD.items():
            (data / name).write_bytes(content)
        return replace(call)

    def check(call: int) -> None:
        after = found()
        committed = "events" in after and "_events.upload" not in after
        if committed and after not in (OLD, NEW):
            sys.exit(f"a mixture after call {call}: {after}")
        if replace(None, leases.LEASE_SECONDS + 31) or found() != NEW:
            sys.exit(f"not recovered after call {call}: {found()}")

    print(sweep(kill_at, check))


if __name__ == "__main__":
    main()
