"""The land-and-build command is killed at any point; one more normal run completes the work.

A few kill points are tried every time; all of them, and a hundred random moments, in the long run.
"""

import os
import random
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from common.paths import PROJECT
from tests.faults.replayed_business import TABLES, TABLES_AND_TESTS, Kill, ReplayedBusiness

FIRST = "2026-11-21T10:30:00"
SECOND = "2026-11-21T10:50:00"
THIRD = "2026-11-21T11:05:00"

# Tests write nothing into the tables, so only some of the many are kill points.
EVERY = 40


@dataclass(frozen=True)
class Stage:
    """A run to kill, and how it ends undisturbed: the run alone, and with the next one after it."""

    before: ReplayedBusiness
    now: str
    whole: ReplayedBusiness
    after_next: ReplayedBusiness
    seconds: float


Stages = list[Stage]


@pytest.fixture(scope="module")
def stages(built: ReplayedBusiness, new_business: Callable[[], ReplayedBusiness]) -> Stages:
    """The first run, for which everything is new, and a later one, which adds to the tables."""
    nothing = new_business()
    first = built.copied_to(new_business())
    second = first.copied("second")
    seconds = second.run_well(SECOND).seconds
    third = second.copied("third")
    third.run_well(THIRD)
    return [
        Stage(nothing, FIRST, first, second, seconds),
        Stage(first, SECOND, second, third, seconds),
    ]


def check_one_more_run(
    stage: Stage, interrupted: ReplayedBusiness, next_moment: str | None = None
) -> None:
    """Run once more, at the same moment or a later one; all must be as if nothing had happened."""
    undisturbed = stage.after_next if next_moment else stage.whole
    interrupted.run_well(next_moment or stage.now)
    assert interrupted.differences(undisturbed) == {}
    left_over = interrupted.query(
        "select table_name from information_schema.tables where table_name like '%\\_\\_dbt\\_%' "
        "escape '\\'"
    )
    assert left_over == []


def killed_copy(stage: Stage, kill: Kill, command: list[str] = TABLES) -> ReplayedBusiness | None:
    """Return what a run leaves when it is killed there; ``None`` if it ended before that."""
    interrupted = stage.before.copied("interrupted")
    if not interrupted.killed(stage.now, kill, command):
        return None
    return interrupted


def count_kills(stage: Stage, kills: Iterator[Kill], command: list[str] = TABLES) -> int:
    """Kill at each point in turn until a run ends before its point; return how many were killed."""
    kills_done = 0
    for kill in kills:
        interrupted = killed_copy(stage, kill, command)
        if interrupted is None:
            break
        kills_done += 1
        check_one_more_run(stage, interrupted)
        if "at" in kill and kills_done % 2:
            # The killed run is not repeated: the next window follows it.
            interrupted = killed_copy(stage, kill, command)
            if interrupted is not None and interrupted.lines() == stage.whole.lines():
                check_one_more_run(stage, interrupted, SECOND if stage.now == FIRST else THIRD)
    return kills_done


def numbered(kill: Kill, step: int = 1) -> Iterator[Kill]:
    """Return the same kill at the first, second, third … point."""
    return (kill | {"number": 1 + number * step} for number in range(100_000))


@pytest.mark.parametrize(
    ("stage", "kill"),
    [
        (0, {"before": "os.rename", "number": 2}),
        (0, {"at": "NodeFinished", "number": 9}),
        pytest.param(1, {"at": "NodeStart", "number": 12}, marks=pytest.mark.thorough),
        pytest.param(1, {"seconds": 0.8}, marks=pytest.mark.thorough),
    ],
    ids=["before the window has its name", "first build", "next build", "at a moment"],
)
def test_killed_and_started_again(stages: Stages, stage: int, kill: Kill) -> None:
    interrupted = killed_copy(stages[stage], kill)
    assert interrupted is not None
    check_one_more_run(stages[stage], interrupted)


@pytest.mark.long
@pytest.mark.parametrize("stage", [0, 1], ids=["first run", "next run"])
def test_killed_before_each_change_of_the_landing(
    stages: Stages, stage: int, figures: Counter[str]
) -> None:
    kills_done = count_kills(stages[stage], numbered({"before": "any"}))
    figures["kills before changes of the landing, all recovered"] += kills_done
    assert kills_done >= 7


@pytest.mark.long
@pytest.mark.parametrize("event", ["NodeStart", "NodeFinished"])
@pytest.mark.parametrize("stage", [0, 1], ids=["first run", "next run"])
def test_killed_at_each_table(
    stages: Stages, stage: int, event: str, figures: Counter[str]
) -> None:
    kills_done = count_kills(stages[stage], numbered({"at": event}))
    figures["kills at the start or end of a table, all recovered"] += kills_done
    assert kills_done >= 20


@pytest.mark.long
@pytest.mark.parametrize("event", ["NodeStart", "NodeFinished"])
def test_killed_among_the_tests_of_tables(
    stages: Stages, event: str, figures: Counter[str]
) -> None:
    kills_done = count_kills(stages[1], numbered({"at": event}, EVERY), TABLES_AND_TESTS)
    figures["kills among the tests of tables, all recovered"] += kills_done
    assert kills_done >= 4


@pytest.mark.long
@pytest.mark.parametrize("seed", range(100))
def test_killed_at_a_random_moment(stages: Stages, seed: int, figures: Counter[str]) -> None:
    """Once, or again in the run that was to recover."""
    rng = random.Random(seed)  # noqa: S311  # nothing secret is drawn
    stage = stages[rng.randrange(2)]
    interrupted = stage.before.copied("interrupted")
    for _ in range(rng.choice([1, 1, 2, 3])):
        interrupted.killed(stage.now, {"seconds": rng.uniform(0.0, stage.seconds)})
    check_one_more_run(stage, interrupted)
    figures["random moments of killing, all recovered"] += 1


REAL = """
import sys
from flows.build import Builder
from flows.dbt.warm import warm_dbt
from flows.replay.__main__ import main
code = main(sys.argv[1:])
if code == 0:
    with warm_dbt() as dbt:
        Builder(dbt).run(["build", "--select", "resource_type:seed", "resource_type:model"])
sys.exit(code)
"""


@pytest.mark.long
@pytest.mark.parametrize("seed", range(8))
def test_killed_while_dbt_keeps_running(stages: Stages, seed: int, tmp_path: Path) -> None:
    """The real processes: dbt outlives its caller, and may still write what it has parsed."""
    rng = random.Random(seed)  # noqa: S311  # nothing secret is drawn
    stage = stages[1]
    interrupted = stage.before.copied("interrupted")
    environment = {
        **os.environ,
        "CASPERS_DATA": str(interrupted.data),
        "DBT_TARGET_PATH": str(tmp_path / "target"),
        "DBT_LOG_PATH": str(tmp_path / "logs"),
        "DBT_INDIRECT_SELECTION": "empty",
    }
    folders = ["--canonical", str(interrupted.canonical), "--landing", str(interrupted.landing)]
    command = [sys.executable, "-c", REAL, "run", "--now", stage.now, *folders]
    for timeout in (rng.uniform(0.5, 12), None):
        # A run that finds the orphan running says so; the flow retries a few times, as here.
        for _ in range(5):
            process = subprocess.Popen(
                command, cwd=PROJECT, env=environment, stderr=subprocess.PIPE, text=True
            )
            try:
                _, output = process.communicate(timeout=timeout)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
                break
            if process.returncode == 0:
                break
            assert "is open in" in output, output
    assert process.returncode == 0
    assert interrupted.differences(stage.whole) == {}


@pytest.fixture(autouse=True)
def remove_killed_copies(stages: Stages) -> Iterator[None]:
    """Keep the disk from filling up."""
    yield
    for stage in stages:
        shutil.rmtree(stage.before.data.with_name("interrupted"), ignore_errors=True)
