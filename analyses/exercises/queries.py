"""Queries of learners: each runs on tables that it can only read, and reaches nothing else."""

from __future__ import annotations

import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

import duckdb

from analyses.exercises.comparison import Rows
from common.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_SECONDS = 120
_MOST_ROWS = 100_000
_SCHEMAS = ("lakeflow", "recommender", "complaints", "simulator")


@contextmanager
def open_tables(
    file: Path,
    folder: Path | None = None,
    altered: Mapping[str, str] | None = None,
    beside: Mapping[str, tuple[Path, Sequence[str]]] | None = None,
) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open the tables of a DuckDB file for queries that may be anybody's.

    Parameters
    ----------
    file
        The DuckDB file. It is opened read-only.
    folder
        What else queries may read: the Parquet files behind its views.
    altered
        Queries by the name of the table that each replaces; they read the file as ``original``.
    beside
        Other DuckDB files and tables of theirs, by the schema in which queries find these.
    """
    altered = altered or {}
    with duckdb.connect() as connection:
        _attach(connection, file, "original")
        tables = connection.execute(
            """
            SELECT table_schema, table_name FROM information_schema.tables
            WHERE table_catalog = 'original' AND list_contains(?, table_schema)
            """,
            [list(_SCHEMAS)],
        ).fetchall()
        # In memory, so that a table can be another one without any trace of it in the file.
        for schema in _SCHEMAS:
            connection.execute(f"CREATE SCHEMA {schema}")
        for schema, table in tables:
            name = f'"{schema}"."{table}"'
            query = altered.get(f"{schema}.{table}")
            if query:
                connection.execute(f"CREATE TABLE {name} AS {query}")
            else:
                connection.execute(f"CREATE VIEW {name} AS FROM original.{name}")
        for schema, (other, names) in (beside or {}).items():
            _attach(connection, other, f"file_of_{schema}")
            connection.execute(f"CREATE SCHEMA {schema}")
            for name in names:
                table = name.rpartition(".")[2]
                connection.execute(f"CREATE VIEW {schema}.{table} AS FROM file_of_{schema}.{name}")
        _close_the_doors(connection, folder)
        yield connection


@contextmanager
def open_table(name: str, table: object) -> Iterator[duckdb.DuckDBPyConnection]:
    """Open one table, a DuckDB relation's Arrow table, for queries that may be anybody's."""
    with duckdb.connect() as connection:
        connection.register("arrow_rows", table)
        connection.execute(f"CREATE TABLE {name} AS FROM arrow_rows")
        connection.unregister("arrow_rows")
        _close_the_doors(connection, None)
        yield connection


def read_query(file: Path) -> str:
    """Return the query in a file.

    Raises
    ------
    UserError
        If there is no file, or it holds anything but one query.
    """
    if not file.is_file():
        raise UserError(f"{file} is not there: write your answer into it.")
    try:
        text = file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UserError(f"{file} is not UTF-8 text ({error.reason}): save it again.") from error
    try:
        statements = duckdb.extract_statements(text)
    except duckdb.Error as error:
        raise UserError(f"{file} is not SQL:\n{error}") from error
    if not statements:
        raise UserError(f"{file} is empty: write a query into it.")
    if len(statements) > 1 or statements[0].type != duckdb.StatementType.SELECT:
        raise UserError(
            f"{file} has to hold one query, which begins with `select` or `with`, and nothing else."
        )
    return text


def run_query(connection: duckdb.DuckDBPyConnection, query: str, file: Path) -> Rows:
    """Return the answer to a query.

    Parameters
    ----------
    connection
        Where it runs.
    query
        The query.
    file
        Where it is written, for errors.

    Raises
    ------
    UserError
        If it fails, takes too long or has far too many rows.
    """
    timer = threading.Timer(_SECONDS, connection.interrupt)
    timer.start()
    try:
        result = connection.execute(query)
        columns = tuple(column[0].lower() for column in result.description or ())
        rows = result.fetchmany(_MOST_ROWS + 1)
    except duckdb.InterruptException as error:
        raise UserError(
            f"{file} had no answer after {_SECONDS} seconds: look for a join without a condition."
        ) from error
    except duckdb.Error as error:
        raise UserError(f"{file} does not run:\n{error}") from error
    finally:
        timer.cancel()
    if len(rows) > _MOST_ROWS:
        raise UserError(f"{file} has more than {_MOST_ROWS:,} rows: far more than were asked for.")
    return Rows(columns, tuple(rows))


def has_window_function(query: str) -> bool:
    """Say whether a query has a window function, a ``row_number()`` or an ``… over (…)``."""
    with duckdb.connect() as connection:
        (tree,) = connection.execute("SELECT json_serialize_sql(?::VARCHAR)", [query]).fetchall()[0]
    return _holds_window(json.loads(tree))


def _holds_window(tree: object) -> bool:
    if isinstance(tree, dict):
        return tree.get("class") == "WINDOW" or any(map(_holds_window, tree.values()))
    return isinstance(tree, list) and any(map(_holds_window, tree))


def _attach(connection: duckdb.DuckDBPyConnection, file: Path, name: str) -> None:
    try:
        connection.execute(f"ATTACH {_text(file)} AS {name} (READ_ONLY)")
    except duckdb.Error as error:
        raise UserError(
            f"{file} cannot be opened now, because a build has it open or it is no DuckDB file: "
            f"try again ({str(error).splitlines()[0]})."
        ) from error


def _close_the_doors(connection: duckdb.DuckDBPyConnection, folder: Path | None) -> None:
    if folder:
        connection.execute(f"SET allowed_directories = [{_text(folder)}]")
    connection.execute("SET enable_external_access = false")
    connection.execute("SET lock_configuration = true")


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
