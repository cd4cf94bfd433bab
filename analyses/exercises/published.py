"""Answers in SQL to questions about the published tables."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from analyses.exercises.comparison import Rows, differences
from analyses.exercises.exercise import Verdict
from analyses.exercises.queries import has_window_function, open_tables, read_query, run_query
from common.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from analyses.exercises.exercise import Exercise, Places


def published_build(places: Places) -> Path:
    """Return the folder of the tables that are published now, so that all are of one build.

    Raises
    ------
    UserError
        If nothing is published.
    """
    link = places.data / "published"
    if not (link / "caspers.duckdb").exists():
        raise UserError(f"nothing is published in {places.data} yet: `make run`.")
    return link.resolve()


def check_query(exercise: Exercise, places: Places) -> Verdict:
    """Check a query by its answer, on the published tables and on copies that are altered."""
    file = exercise.file(places)
    query = read_query(file)
    build = published_build(places)
    if exercise.windowless and has_window_function(query):
        return Verdict(False, ("the query has a window function, and needs none",))
    with open_tables(build / "caspers.duckdb", build) as connection:
        wrong, expected = compare(exercise, query, file, connection)
    if wrong:
        return Verdict(False, ("the answer is not right", *wrong))
    for alteration in exercise.alterations:
        with open_tables(build / "caspers.duckdb", build, alteration.tables) as connection:
            wrong, _ = compare(exercise, query, file, connection)
        if wrong:
            first = f"right on your tables, but not on a copy {alteration.says}"
            return Verdict(False, (first, *wrong))
    copies = len(exercise.alterations)
    also = f", and right on {copies} altered {'copy' if copies == 1 else 'copies'}"
    return Verdict(True, (f"{_count(expected)} as they should be{also if copies else ''}",))


@contextmanager
def open_published(places: Places) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the published tables."""
    build = published_build(places)
    with open_tables(build / "caspers.duckdb", build) as connection:
        yield connection


def show(connection: duckdb.DuckDBPyConnection, query: str, file: Path, rows: int) -> str:
    """Return the answer to a query as a table in text."""
    found = run_query(connection, query, file)
    lines = [" | ".join(found.columns)]
    lines += [
        " | ".join("" if value is None else str(value) for value in row)
        for row in found.rows[:rows]
    ]
    return "\n".join([*lines, f"({len(found.rows)} rows)"])


def recognise(exercise: Exercise, connection: duckdb.DuckDBPyConnection, found: Rows) -> list[str]:
    """Say which mistake an answer is, where it is one of those that are known."""
    for mistake in exercise.mistakes:
        answer = mistake.answer(exercise.solution_text())
        wrong = run_query(connection, answer, exercise.file_of_solution)
        if not differences(found, wrong, exercise.key, exercise.tolerance):
            return [f"This is what comes out where {mistake.says}."]
    return []


def compare(
    exercise: Exercise, query: str, file: Path, connection: duckdb.DuckDBPyConnection
) -> tuple[list[str], Rows]:
    """Return what is wrong with the answer to a query, and what is right."""
    expected = run_query(connection, exercise.solution_text(), exercise.file_of_solution)
    if not expected.rows:
        raise UserError(
            "these tables hold too little for this exercise, so there is nothing to compare: "
            "let more of the business land."
        )
    found = run_query(connection, query, file)
    wrong = differences(found, expected, exercise.key, exercise.tolerance)
    return (wrong + recognise(exercise, connection, found) if wrong else []), expected


def _count(rows: Rows) -> str:
    return f"{len(rows.rows)} {'row' if len(rows.rows) == 1 else 'rows'}"
