"""Differences between engines are in ``macros/engine/`` and nowhere else."""

import functools
import re
from pathlib import Path

import duckdb
import pytest

from tests.engines.text.golden_files import PROJECT
from tests.engines.text.portable_sql import (
    ASKS_FOR_THE_ENGINE,
    DIALECTS,
    FUNCTIONS,
    GRAMMAR,
    JINJA_FUNCTIONS,
    MACRO_OF_AN_ENGINE,
    Dialect,
    called,
    sql_of,
)

FILES = [
    path
    for folder in ("models", "macros", "analyses", "tests/dbt")
    for path in sorted((PROJECT / folder).rglob("*"))
    if path.suffix in (".sql", ".py", ".yml")
    and not path.is_relative_to(PROJECT / "macros" / "engine")
    # Answers to exercises are asked of the published tables, which are DuckDB's; dbt ignores them.
    and not path.is_relative_to(PROJECT / "analyses" / "exercises")
]
SQL = [path for path in FILES if path.suffix == ".sql"]


def named(path: Path) -> str:
    return path.relative_to(PROJECT).as_posix()


@functools.cache
def macros_and_tests() -> set[str]:
    """Return the names of the project's own macros and generic tests."""
    files = [*(PROJECT / "macros").rglob("*.sql"), *(PROJECT / "tests/dbt").rglob("*.sql")]
    return {
        name.lower()
        for path in files
        for name in re.findall(r"\b(?:macro|test)\s+(\w+)\s*\(", path.read_text())
    }


def test_files_of_every_kind_are_checked() -> None:
    assert len(SQL) > 40
    assert {path.suffix for path in FILES} == {".sql", ".py", ".yml"}


@pytest.mark.parametrize("path", FILES, ids=named)
def test_no_file_asks_for_the_engine(path: Path) -> None:
    assert re.findall(ASKS_FOR_THE_ENGINE, path.read_text()) == []


@pytest.mark.parametrize("path", SQL, ids=named)
def test_no_macro_belongs_to_one_engine(path: Path) -> None:
    assert re.findall(MACRO_OF_AN_ENGINE, path.read_text()) == []


@pytest.mark.parametrize("path", SQL, ids=named)
def test_only_functions_of_every_engine_are_called(path: Path) -> None:
    unknown = called(path.read_text()) - FUNCTIONS - GRAMMAR - JINJA_FUNCTIONS - macros_and_tests()
    assert unknown == set(), (
        "a macro in macros/engine/, or, where all engines have it, an entry in the list"
    )


@pytest.mark.parametrize("path", SQL, ids=named)
def test_no_dialect_is_used(path: Path) -> None:
    sql = sql_of(path.read_text())
    found = {d.reason: re.findall(d.pattern, sql, re.IGNORECASE) for d in DIALECTS}
    assert {reason: words for reason, words in found.items() if words} == {}


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.example)
def test_every_dialect_would_be_detected(dialect: Dialect) -> None:
    assert re.search(dialect.pattern, dialect.example, re.IGNORECASE)


def test_every_function_is_called_and_known_to_duckdb() -> None:
    with duckdb.connect() as connection:
        rows = connection.execute(
            "select distinct function_name from duckdb_functions()"
        ).fetchall()
    # There it is grammar, and so not in the list of functions.
    assert FUNCTIONS - {name for (name,) in rows} == {"percentile_cont"}
    everywhere = [*SQL, *(PROJECT / "macros" / "engine").rglob("*.sql")]
    used = set().union(*(called(path.read_text()) for path in everywhere))
    assert used >= FUNCTIONS, "nothing calls these any more"
