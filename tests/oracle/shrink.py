"""Make a schedule that fails as small as it can be: ``python -m tests.oracle.shrink SEED``.

Steps are left out first, then lines of the files, as long as the oracle still disagrees.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from tests.oracle.adversarial import Build, Land, Step, schedule
from tests.oracle.comparison import project_seeds
from tests.oracle.followed_business import FollowedBusiness, step_text
from tests.support.business import Business, DbtWorker

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


class Trials:
    """Runs schedules, each in a business of its own."""

    def __init__(self, root: Path) -> None:
        (root / "target").mkdir()
        self.root = root
        self.seeds = project_seeds()
        self.worker = DbtWorker(root / "target", root)
        self.count = 0

    def _open(self) -> Business:
        self.count += 1
        data = self.root / f"business_{self.count}"
        (data / "landing" / "events").mkdir(parents=True)
        return Business(data, self.worker)

    def failure(self, steps: Sequence[Step]) -> str:
        """Return how a schedule fails; nothing where it does not, or cannot be run."""
        followed = FollowedBusiness.empty(self._open(), self.seeds)
        try:
            followed.run(steps)
        except AssertionError as failure:
            return str(failure)
        except FileNotFoundError:
            pass  # the step that landed the file is left out
        return ""


def smaller(steps: Sequence[Step]) -> Iterator[list[Step]]:
    """Yield a schedule with less in it, the largest cuts first."""
    size = len(steps) // 2
    while size:
        for start in range(0, len(steps), size):
            yield [*steps[:start], *steps[start + size :]]
        size //= 2
    for number, step in enumerate(steps):
        if isinstance(step, Land) and not step.name.endswith(".gz"):
            lines = step.content.splitlines(keepends=True)
            size = len(lines) // 2
            while size:
                for start in range(0, len(lines), size):
                    rest = b"".join([*lines[:start], *lines[start + size :]])
                    yield [*steps[:number], Land(step.name, rest), *steps[number + 1 :]]
                size //= 2


def shrink(trials: Trials, steps: list[Step]) -> tuple[list[Step], str]:
    """Return the smallest schedule found that fails, and how it fails."""
    failure = trials.failure(steps)
    found = bool(failure)
    while found:
        found = False
        for candidate in smaller(steps):
            if any(isinstance(step, Build) for step in candidate) and (
                text := trials.failure(candidate)
            ):
                steps, failure, found = candidate, text, True
                break
    return steps, failure


def main() -> None:
    """Shrink the schedule of a seed and print it with its files."""
    parser = argparse.ArgumentParser(prog="python -m tests.oracle.shrink", description=__doc__)
    parser.add_argument("seed", type=int)
    parser.add_argument("landings", type=int, nargs="?", default=1)
    parser.add_argument("--brief", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="caspers-") as root:
        trials = Trials(Path(root))
        tried = schedule(arguments.seed, arguments.landings, brief=arguments.brief)
        steps, failure = shrink(trials, tried.steps)
        trials.worker.stop()
    for step in steps:
        print(step_text(step))
        if isinstance(step, Land):
            print(step.content.decode(errors="replace"))
    print(failure or "The oracle agrees.")
    sys.exit(1 if failure else 0)


if __name__ == "__main__":
    main()
