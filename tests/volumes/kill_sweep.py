"""Kills a replay on a volume at each call that changes it, until one run survives.

Run as a program: ``kill_sweep.py <canonical> <folder>``. A kill inside a write leaves half of it.
After each kill a run that starts at once must either find the lease of the killed run and do
nothing or continue, and a run that starts after the lease has expired must land what an
uninterrupted replay lands. Prints the number of kills.
"""

import sys
from pathlib import Path

from tests.support.kill_sweep import (
    Content,
    Place,
    Stage,
    after_the_lease,
    files_under,
    forked,
    replay_stages,
    sweep_stages,
    unless_busy,
)
from tests.support.volume_shim import mounted

LANDING = ("caspersdev", "simulator", "events")


def content(backing: Path) -> Content:
    return files_under(backing.joinpath(*LANDING), lambda p: p.parent.name == "lock.leases")


def visible(files: Content) -> Content:
    """Return what a reader takes: JSON lines without an upload marker beside them."""
    return {
        name: lines
        for name, lines in files.items()
        if "/" not in name
        and name.endswith(".jsonl")
        and not name.startswith("_")
        and f"_{name}.upload" not in files
    }


def main() -> None:
    canonical, folder = Path(sys.argv[1]), Path(sys.argv[2])
    root = folder / "Volumes"

    def run_stage(backing: Path, stage: Stage, kill_at: int | None = None) -> int:
        def action() -> None:
            with mounted(root, backing) as volume:
                volume.kill_at = kill_at
                stage(root.joinpath(*LANDING))

        return forked(action)

    def again(backing: Path, stage: Stage) -> bool:
        followers = (unless_busy(stage), after_the_lease(stage))
        return all(run_stage(backing, follower) == 0 for follower in followers)

    before = folder / "before"
    before.joinpath(*LANDING).mkdir(parents=True)
    place = Place(run_stage, content, visible, again)
    print(sweep_stages(place, folder, before, replay_stages(canonical)))


if __name__ == "__main__":
    main()
