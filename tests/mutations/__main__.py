"""Try every mutant: ``python -m tests.mutations [--jobs N] [WORDS OF A NAME ...]``.

Each is put into a copy of the project, then the tests that have to notice it run there until one
fails. Ends with 1 where a mutant survives, or where the tests fail without any.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from tests.mutations.mutants import MODELS, MUTANTS, REPLAY, Mutant

PROJECT = Path(__file__).resolve().parents[2]
NOT_COPIED = shutil.ignore_patterns(
    ".git", ".venv", ".*_cache", "__pycache__", "data", "target", "logs", "node_modules"
)
TESTS_FAILED = 1
FAILED = re.compile(r"^(?:FAILED|ERROR) (\S+)", re.MULTILINE)


@dataclass(frozen=True)
class Outcome:
    """How the tests ended: passed, or the first that failed and the output."""

    code: int
    first_failure: str
    output: str


def main(arguments: Sequence[str] | None = None) -> int:
    """Try the mutants, print what became of each, return 1 where one survived."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutations", description=__doc__)
    parser.add_argument("words", nargs="*", help="only mutants with one of these in their name")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many at once")
    options = parser.parse_args(arguments)
    mutants = [
        mutant
        for mutant in MUTANTS
        if not options.words or any(word in mutant.name for word in options.words)
    ]
    if not mutants:
        parser.error("no mutant has any of these words in its name")

    with (
        tempfile.TemporaryDirectory(prefix="mutations_") as root,
        ThreadPoolExecutor(options.jobs) as pool,
    ):
        folders = (Path(root) / str(number) for number in range(len(mutants) + 2))
        # Where they fail on the project as it is, their failures say nothing.
        used = [tests for tests in (MODELS, REPLAY) if any(m.tests is tests for m in mutants)]
        for tests, outcome in zip(used, pool.map(_tried, used, folders), strict=True):
            if outcome.code != 0:
                print(outcome.output)
                print(f"The tests fail without any mutant ({tests[0]} ...): fix that first.")
                return 1
        print(f"{len(mutants)} mutants", flush=True)
        outcomes = pool.map(
            lambda mutant, folder: _tried(mutant.tests, folder, mutant), mutants, folders
        )
        survived = 0
        for mutant, outcome in zip(mutants, outcomes, strict=True):
            if outcome.code not in (0, TESTS_FAILED):
                print(outcome.output)
                print(f"The tests of '{mutant.name}' could not run.")
                return 1
            survived += outcome.code == 0
            verdict = "killed  " if outcome.code else "SURVIVED"
            print(f"{verdict} {mutant.name:62} {outcome.first_failure}", flush=True)
    print(f"killed {len(mutants) - survived} of {len(mutants)}, survived {survived}")
    return 1 if survived else 0


def _tried(tests: Sequence[str], folder: Path, mutant: Mutant | None = None) -> Outcome:
    """Run tests in a copy of the project, with or without a mutant, until one fails."""
    copy = folder / "project"
    shutil.copytree(PROJECT, copy, ignore=NOT_COPIED)
    # Kept out of the copy: what was generated. The folder has to be there all the same.
    (copy / "data").mkdir()
    if mutant is not None:
        (copy / mutant.file).write_text(mutant.applied(copy), encoding="utf-8")
    options = ["-x", "-q", "-p", "no:cacheprovider", f"--basetemp={folder / 'tests'}"]
    ended = subprocess.run(
        [sys.executable, "-m", "pytest", "-m", "not long", *options, *tests],
        cwd=copy,
        env={
            **{name: value for name, value in os.environ.items() if name != "CASPERS_DATA"},
            "CASPERS_SCHEDULES": "50",
        },
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    shutil.rmtree(folder, ignore_errors=True)
    failed = FAILED.search(ended.stdout)
    return Outcome(ended.returncode, failed[1] if failed else "", ended.stdout)


if __name__ == "__main__":
    sys.exit(main())
