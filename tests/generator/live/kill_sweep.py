"""Kills a live generator at its first, second, third … touch of its landing until one run survives.

Run as a program: ``kill_sweep.py <configuration> <folder>``. Prints the number of kills.
"""

import functools
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from flows.replay.commands import pause
from generator.dataset.kitchens import PlannedKitchen, prepare_kitchens
from generator.dataset.plan import DatasetPlan
from generator.live import run as live
from generator.live.plan import AskedOptions
from tests.support.kill_sweep import (
    NOW,
    Content,
    Place,
    Stage,
    files_under,
    forked,
    killed_at_touch,
    sweep_stages,
)

_LOCKS = {"lock", "lock.owner", "live.lock", "live.lock.owner"}


def run_stage(landing: Path, stage: Stage, kill_at: int | None) -> int:
    def action() -> object:
        return stage(landing)

    return forked(killed_at_touch(kill_at, landing, action) if kill_at else action)


def live_stages(configuration: Path) -> list[Stage]:
    """Return a first run with a window behind it, some windows later, and a change of settings."""

    def steps(*seconds: float) -> Callable[[Path], None]:
        def make_them(landing: Path) -> None:
            request = live.LiveRequest(
                landing=landing,
                configurations=(configuration,),
                locations=("sv",),
                asked=AskedOptions(batch_rows=1),
            )
            now = NOW + timedelta(seconds=seconds[0])
            with live.live_generator(request, now) as generator:
                for later in seconds:
                    generator.step(NOW + timedelta(seconds=later))

        return make_them

    return [
        steps(0, 300),
        steps(400, 700, 2000),
        lambda landing: pause(landing, NOW + timedelta(seconds=2100)),
    ]


def visible(content: Content) -> Content:
    return {name: lines for name, lines in content.items() if not name.startswith("_")}


def main() -> None:
    configuration, folder = Path(sys.argv[1]), Path(sys.argv[2])
    before = folder / "before"
    before.mkdir()
    # Streets and people take a second, and are the same in each of the runs.
    known: dict[str, list[PlannedKitchen]] = {}

    @functools.wraps(prepare_kitchens)
    def prepare_once(plan: DatasetPlan) -> list[PlannedKitchen]:
        if not known:
            known[""] = prepare_kitchens(plan)
        return known[""]

    live.prepare_kitchens = prepare_once  # type: ignore[assignment]  # without progress
    stages = live_stages(configuration)
    stages[0](folder / "prepared")
    place = Place(
        run=run_stage,
        content=lambda landing: files_under(landing, lambda file: file.name in _LOCKS),
        visible=visible,
        again=lambda landing, stage: run_stage(landing, stage, None) == 0,
    )
    print(sweep_stages(place, folder, before, stages))


if __name__ == "__main__":
    main()
