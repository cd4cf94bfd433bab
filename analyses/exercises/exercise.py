"""What an exercise is, and what a check says of an answer."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from common.paths import PROJECT

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    import duckdb

SOLUTIONS = Path(__file__).with_name("solutions")


@dataclass(frozen=True, slots=True)
class Places:
    """Where a check finds what it needs.

    Attributes
    ----------
    answers
        Folder of the answers.
    data
        The data folder; what learners make beside the business is in its folder ``lesson``.
    project
        Folder of ``dbt_project.yml``.
    """

    answers: Path
    data: Path
    project: Path = PROJECT

    @property
    def lesson(self) -> Path:
        """What learners make beside the business."""
        return self.data / "lesson"


@dataclass(frozen=True, slots=True)
class Mistake:
    """A wrong answer that people give, as a change of the right one.

    Attributes
    ----------
    says
        What went wrong, for whoever gave it.
    changes
        Texts of the solution, and what is there instead.
    """

    says: str
    changes: tuple[tuple[str, str], ...]

    def answer(self, solution: str) -> str:
        """Return the wrong answer."""
        for right, wrong in self.changes:
            if right not in solution:
                raise ValueError(f"not in the solution: {right}")
            solution = solution.replace(right, wrong)
        return solution


@dataclass(frozen=True, slots=True)
class Alteration:
    """A copy of the tables with something different, so that no answer is right by chance.

    Attributes
    ----------
    says
        What is different.
    tables
        Queries by the name of the table that they replace; they read the original as
        ``original.<schema>.<table>``.
    """

    says: str
    tables: dict[str, str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a check says.

    Attributes
    ----------
    lines
        What it found; the first line says what is right or wrong.
    right
        Whether the answer is right.
    """

    right: bool
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise.

    Attributes
    ----------
    number, title
        As in the heading of the task.
    minutes
        How long it takes somebody who knows SQL, estimated.
    answer
        File of the answer, in the project or in the folder of answers.
    solution
        File name in ``solutions/``.
    check
        Checks an answer.
    tables
        Opens the tables that a query is about; ``None`` where the answer is no query.
    key, tolerance
        As in `comparison.differences`.
    mistakes
        Wrong answers that are recognised.
    alterations
        Copies of the tables on which a query has to be right as well.
    windowless
        Whether a query may have no window function.
    """

    number: int
    title: str
    minutes: int
    answer: str
    solution: str
    check: Callable[[Exercise, Places], Verdict]
    tables: Callable[[Places], AbstractContextManager[duckdb.DuckDBPyConnection]] | None = None
    key: tuple[str, ...] = ()
    tolerance: float = 0.0
    mistakes: tuple[Mistake, ...] = ()
    alterations: tuple[Alteration, ...] = ()
    windowless: bool = False

    def file(self, places: Places) -> Path:
        """Return the file of the answer."""
        if self.answer.startswith("models/"):
            return places.project / self.answer
        return places.answers / self.answer

    @property
    def file_of_solution(self) -> Path:
        """The file with a right answer."""
        return SOLUTIONS / self.solution

    def solution_text(self) -> str:
        """Return a right answer."""
        return self.file_of_solution.read_text(encoding="utf-8")
