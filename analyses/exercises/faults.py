"""Lines that were rejected: counted from the tables, and checked with the ledger of the faults."""

from __future__ import annotations

import json
from collections import Counter
from contextlib import contextmanager
from typing import TYPE_CHECKING

from analyses.exercises.comparison import Rows, differences
from analyses.exercises.exercise import Verdict
from analyses.exercises.published import recognise
from analyses.exercises.queries import open_tables, read_query, run_query
from common.errors import UserError
from common.landed_files import FAULTS_FOLDER
from flows.faults.injection import LEDGER_FILE
from flows.faults.ledger import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    import duckdb

    from analyses.exercises.exercise import Exercise, Places

_DUPLICATE = "duplicate"


def check_faults(exercise: Exercise, places: Places) -> Verdict:
    """Check a query on the tables of a faulty landing with what was injected into it."""
    file = exercise.file(places)
    query = read_query(file)
    with open_faulty(places) as connection:
        expected = _of_ledger(_ledger(places))
        found = run_query(connection, query, file)
        wrong = differences(found, expected, exercise.key)
        if wrong:
            wrong += recognise(exercise, connection, found)
            return Verdict(False, ("the tables and the ledger do not agree", *wrong))
    lines = sum(count for _, count in expected.rows)
    return Verdict(
        True, (f"{len(expected.rows)} codes, {lines:,} lines, and the ledger agrees to the line",)
    )


@contextmanager
def open_faulty(places: Places) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the tables that were built of the faulty landing."""
    ledger = _ledger(places)
    folder = places.lesson / "faulty"
    if not ledger.is_file():
        raise UserError(f"{ledger} is not there: inject faults with `python -m flows.faults`.")
    warehouse = folder / "caspers.duckdb"
    if not warehouse.is_file():
        raise UserError(f"{warehouse} is not there: build it with CASPERS_DATA={folder}.")
    with open_tables(warehouse) as connection:
        landed = {file.name for file in ledger.parent.parent.glob("*.jsonl") if file.stat().st_size}
        built = connection.execute("SELECT DISTINCT file FROM lakeflow.landed_lines").fetchall()
        if {name for (name,) in built} != landed or ledger.stat().st_mtime > _built(warehouse):
            raise UserError(
                f"{warehouse} was built of other files than the faulty ones that are there now: "
                f"remove it, and build again with CASPERS_DATA={folder}."
            )
        yield connection


def _built(warehouse: Path) -> float:
    return warehouse.stat().st_mtime


def _ledger(places: Places) -> Path:
    return places.lesson / "faulty" / "landing" / "events" / FAULTS_FOLDER / LEDGER_FILE


def _of_ledger(ledger: Path) -> Rows:
    lines: Counter[str] = Counter()
    for line in ledger.read_text(encoding="utf-8").splitlines():
        fault = json.loads(line)
        if fault["expected"] == Outcome.REJECTED:
            lines[fault["code"]] += fault["lines"]
        elif fault["expected"] == Outcome.DUPLICATE:
            lines[_DUPLICATE] += fault["lines"]
    return Rows(("code", "landed_lines"), tuple(sorted(lines.items())))
