"""Kills a replay at its first, second, third … touch of the file system until one run survives.

Run as a program: ``kill_sweep.py <canonical> <folder>``. Prints the number of kills.
"""

import sys
from pathlib import Path

from tests.support.kill_sweep import (
    Content,
    Place,
    Stage,
    files_under,
    forked,
    killed_at_touch,
    replay_stages,
    sweep_stages,
)


def run_stage(landing: Path, stage: Stage, kill_at: int | None) -> int:
    def action() -> object:
        return stage(landing)

    return forked(killed_at_touch(kill_at, landing, action) if kill_at else action)


def visible(content: Content) -> Content:
    return {name: lines for name, lines in content.items() if not name.startswith("_")}


def main() -> None:
    canonical, folder = Path(sys.argv[1]), Path(sys.argv[2])
    before = folder / "before"
    before.mkdir()
    place = Place(
        run=run_stage,
        content=lambda landing: files_under(landing, lambda p: p.name in {"lock", "lock.owner"}),
        visible=visible,
        again=lambda landing, stage: run_stage(landing, stage, None) == 0,
    )
    print(sweep_stages(place, folder, before, replay_stages(canonical)))


if __name__ == "__main__":
    main()
