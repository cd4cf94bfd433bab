"""A replay that was killed and a file that landed twice: what landed, line by line."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from analyses.exercises.comparison import differences
from analyses.exercises.exercise import Verdict
from analyses.exercises.published import recognise
from analyses.exercises.queries import open_table, read_query, run_query
from common.canonical_dataset import check_same, open_dataset
from common.errors import UserError
from common.landed_files import is_landed_file
from common.landing.event_lines import count_events
from common.landing.landing import Landing, watermark
from common.landing.settings import read_settings
from common.landing.window import Window

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pyarrow as pa

    from analyses.exercises.exercise import Exercise, Places

_LINES = """
    SELECT
        parse_filename(filename) AS file, event_id, event_type, order_id, sequence,
        CAST(ts AS TIMESTAMP) AS event_ts, location_id
    FROM read_json(?, format = 'newline_delimited', filename = true, columns = {
        event_id: 'VARCHAR', event_type: 'VARCHAR', ts: 'VARCHAR', location_id: 'INTEGER',
        order_id: 'VARCHAR', sequence: 'INTEGER', body: 'VARCHAR'
    })
"""
# An order of which something can be lost in the middle, and an event of it.
_VICTIM = (
    "(SELECT min(order_id) FROM (SELECT order_id FROM lines GROUP BY order_id "
    "HAVING max(sequence) > 3))"
)
_LOST = f"order_id = {_VICTIM} AND sequence = 2"
_OTHER = f"order_id = {_VICTIM} AND sequence = 1"
_ONCE = "SELECT DISTINCT ON (event_id) * FROM lines ORDER BY event_id, file"
ALTERED = {
    "in which each event has landed once": _ONCE,
    "of which an event in the middle of an order is lost": (
        f"SELECT * FROM ({_ONCE}) WHERE NOT ({_LOST})"
    ),
    "of which one event is lost and its neighbour has landed three times": (
        f"SELECT * FROM ({_ONCE}) WHERE NOT ({_LOST}) "
        f"UNION ALL FROM ({_ONCE}) WHERE {_OTHER} UNION ALL FROM ({_ONCE}) WHERE {_OTHER}"
    ),
}
"""Queries for other landings than the learner's, by what is different in them."""


def check_landing(exercise: Exercise, places: Places) -> Verdict:
    """Check a landing by the dataset behind it, and a query on it and on damaged copies."""
    file = exercise.file(places)
    query = read_query(file)
    lines = landed_lines(places)
    wrong = _wrong_landing(places, lines)
    if wrong:
        return Verdict(False, (wrong,))
    for says, table in ({"": lines} | altered_copies(lines)).items():
        with open_table("landed", table) as connection:
            expected = run_query(connection, exercise.solution_text(), exercise.file_of_solution)
            found = run_query(connection, query, file)
            wrong_rows = differences(found, expected, exercise.key)
            if wrong_rows:
                first = (
                    f"right on your landing, but not on a copy {says}"
                    if says
                    else "the landing is whole, but the answer about it is not right"
                )
                return Verdict(False, (first, *wrong_rows, *recognise(exercise, connection, found)))
    return Verdict(
        True,
        (
            "every event of the dataset has landed, in spite of the kills",
            f"your query says so, and is right on {len(ALTERED)} other copies as well",
        ),
    )


@contextmanager
def open_landed(places: Places) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the lines that have landed in the lesson's replay, as ``landed``."""
    with open_table("landed", landed_lines(places)) as connection:
        yield connection


def landed_lines(places: Places) -> pa.Table:
    """Return the lines that have landed in the lesson's replay."""
    folder = places.lesson / "replay" / "landing" / "events"
    files = [str(file) for file in sorted(folder.glob("*")) if is_landed_file(file.name)]
    if not files:
        raise UserError(
            f"nothing has landed in {folder}: run the replay with --landing until it ends."
        )
    with duckdb.connect() as connection:
        try:
            return connection.sql(_LINES, params=[files]).to_arrow_table()
        except duckdb.Error as error:
            raise UserError(
                f"{folder} holds a file that is no landed one: {str(error).splitlines()[0]}"
            ) from error


def altered_copies(lines: pa.Table) -> dict[str, pa.Table]:
    """Return what landed in other ways, by what is different."""
    with duckdb.connect() as connection:
        connection.register("lines", lines)
        return {says: connection.sql(query).to_arrow_table() for says, query in ALTERED.items()}


def _wrong_landing(places: Places, lines: pa.Table) -> str:
    """Say what is wrong with what landed; nothing where all of it is there, and something twice."""
    landing = Landing(places.lesson / "replay" / "landing" / "events")
    settings = read_settings(landing)
    if settings is None:
        return "what landed is not of a replay: run it with --landing"
    dataset = open_dataset(places.data / "canonical")
    check_same(dataset, settings.profile)
    last = watermark(landing.windows())
    wanted = count_events(dataset, settings.profile, Window(0, last))
    events = len(set(lines["event_id"].to_pylist()))
    if events != wanted:
        return (
            f"{events:,} events have landed, where the dataset has {wanted:,} until then: take "
            "away what the replay has not landed, or begin again in an empty folder"
        )
    if len(lines) == events:
        return "each event has landed once: land something twice, as the task says"
    return ""
