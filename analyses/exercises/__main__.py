"""The exercises on the command line: ``python -m analyses.exercises --help``."""

from __future__ import annotations

import argparse
import os
import re
import sys
from typing import TYPE_CHECKING

from analyses.exercises.catalogue import EXERCISES
from analyses.exercises.exercise import Exercise, Places
from analyses.exercises.published import show
from analyses.exercises.queries import read_query
from common.errors import UserError
from common.paths import PROJECT, data_directory
from common.system_errors import to_user_error

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

_WRONG = 1
_NOT_CHECKED = 2
_INTERRUPTED = 130
_TRIED_ROWS = 20
_TASKS = PROJECT / "docs" / "teacher.md"
_EXAMPLES = """\
examples:
  python -m analyses.exercises list
  python -m analyses.exercises show 3
  python -m analyses.exercises try 3
  python -m analyses.exercises check 3
"""


def main(arguments: Sequence[str] | None = None, places: Places | None = None) -> int:
    """Run one command; return 0, 1 for a wrong answer, or 2 where nothing could be checked."""
    options = _parser().parse_args(arguments)
    places = places or Places(PROJECT / "answers", data_directory())
    try:
        code = _run(options, places)
        sys.stdout.flush()
    except UserError as error:
        print(f"error: {error}", file=sys.stderr)
    except BrokenPipeError:
        # Whoever reads has seen enough, as `head` has; what is left must not be written at the end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        print(f"error: {to_user_error(error, 'check', 'TMPDIR')}", file=sys.stderr)
    except KeyboardInterrupt:
        print("stopped: nothing was checked, and nothing has changed.", file=sys.stderr)
        return _INTERRUPTED
    else:
        return code
    return _NOT_CHECKED


def _run(options: argparse.Namespace, places: Places) -> int:
    if options.command == "list":
        print("\n".join(_list(places)))
        return 0
    exercise = _find(options.number)
    if options.command == "check":
        return _check(exercise, places)
    commands: dict[str, Callable[[], str]] = {
        "show": lambda: task(exercise),
        "try": lambda: try_answer(exercise, places),
        "solution": exercise.solution_text,
    }
    print(commands[options.command]().rstrip())
    return 0


def _check(exercise: Exercise, places: Places) -> int:
    verdict = exercise.check(exercise, places)
    print(f"{exercise.number}. {exercise.title} {'right' if verdict.right else 'WRONG'}")
    print("\n".join(f"  {line}" for line in verdict.lines))
    return 0 if verdict.right else _WRONG


def task(exercise: Exercise) -> str:
    """Return the task as docs/teacher.md has it."""
    text = _TASKS.read_text(encoding="utf-8")
    heading = re.escape(f"### {exercise.number}. {exercise.title}")
    found = re.search(rf"^{heading}\n.*?(?=^##|\Z)", text, re.MULTILINE | re.DOTALL)
    if not found:
        raise UserError(f"{_TASKS} has no exercise {exercise.number}.")
    return found.group()


def try_answer(exercise: Exercise, places: Places) -> str:
    """Return what the query of a learner answers, right or wrong, as a table in text."""
    file = exercise.file(places)
    if exercise.tables is None:
        raise UserError(
            f"{file} is a model: `dbt build --select +{file.stem}` builds it, and "
            f"`dbt show --select {file.stem}` shows it."
        )
    query = read_query(file)
    with exercise.tables(places) as connection:
        return show(connection, query, file, _TRIED_ROWS)


def _find(number: int) -> Exercise:
    for exercise in EXERCISES:
        if exercise.number == number:
            return exercise
    raise UserError(f"There is no exercise {number}: choose one from 1 to {len(EXERCISES)}.")


def _list(places: Places) -> list[str]:
    return [
        f"{exercise.number}. {exercise.title:34} about {exercise.minutes} minutes; "
        f"{_short(exercise.file(places))}"
        f"{' (is there)' if exercise.file(places).exists() else ''}"
        for exercise in EXERCISES
    ]


def _short(file: Path) -> Path:
    return file.relative_to(PROJECT) if file.is_relative_to(PROJECT) else file


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m analyses.exercises",
        description="Exercises of docs/teacher.md, and checks of answers to them. A check computes "
        "what is right from your own data, and changes nothing.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("list", help="the exercises, and where answers are expected")
    for name, text in (
        ("show", "what is to be done"),
        ("try", "what your query answers"),
        ("check", "whether your answer is right, and what is wrong with it"),
        ("solution", "a right answer, for teachers"),
    ):
        command = commands.add_parser(name, help=text)
        command.add_argument("number", type=int, metavar="N", help="number of the exercise")
    return parser


if __name__ == "__main__":
    sys.exit(main())
