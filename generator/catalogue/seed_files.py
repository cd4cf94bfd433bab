"""The seeds as people write them: CSV files, read whole and checked whole.

The seeds are the one source of truth for the simulation and for the models, and people edit them
by hand. A mistake is therefore reported with its file, its line and what to write instead, before
anything is simulated. What a single value may be is annotated in ``records.py``; whether the six
files fit together is checked in ``seed_checks.py``.
"""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from pydantic import TypeAdapter, ValidationError

from common.errors import UserError
from common.problems import Problems
from generator.catalogue.csv_rows import read_rows
from generator.catalogue.records import TABLES, Catalogue, normalize
from generator.catalogue.seed_checks import SeedRow, SeedTable, check_seeds
from generator.catalogue.seed_messages import explain
from generator.catalogue.weather import load_weather
from generator.catalogue.word_tables import check_word_tables
from generator.world.trade import load_trade

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from generator.catalogue.records import Record

# Columns that must be unique within a table, besides the key.
_DISTINCT_COLUMNS = {"locations": ("location_code", "name"), "brands": ("name",)}


def load_catalogue(seeds_directory: Path, problems: Problems | None = None) -> Catalogue:
    """Read and check the seeds of a folder.

    Parameters
    ----------
    seeds_directory
        Folder with the eleven tables and the settings of a business (docs/worlds.md).
    problems
        Is told of everything that is wrong; without it the first problem is raised. Where it has
        been told of any, the catalogue is what is left.

    Returns
    -------
    Catalogue
        Every table sorted by its key; every reference leads to a row.

    Raises
    ------
    UserError
        If a file, column or row is missing, unreadable, impossible, or contradicts another; names
        file, line and remedy.
    """
    problems = problems or Problems()
    rows = {
        table: _read_table(seeds_directory / f"{table}.csv", table, problems) for table in TABLES
    }
    records: dict[str, Any] = {
        table: tuple(row.record for row in read.rows.values()) for table, read in rows.items()
    }
    weather = load_weather(seeds_directory, rows["locations"], problems)
    before = len(problems.found)
    trade = load_trade(seeds_directory, problems)
    is_read = len(problems.found) == before
    catalogue = Catalogue(**records, weather=weather, trade=trade)
    check_seeds(catalogue, rows, problems)
    check_word_tables(seeds_directory, trade if is_read else None, problems)
    return catalogue


def _read_table(file: Path, table: str, problems: Problems) -> SeedTable:
    """Read one seed; keys are unique, the result is sorted by them."""
    record = TABLES[table]
    columns = [field.name for field in fields(record)]
    before = len(problems.found)
    try:
        written = read_rows(
            file,
            columns,
            if_missing="bring it back, or name the folder that contains all six seeds",
            problems=problems,
        )
    except UserError as error:
        problems.add(error)
        return SeedTable({}, is_whole=False)
    # A row that does not fit its header may have any key.
    is_whole = len(problems.found) == before
    adapter: TypeAdapter[Record] = TypeAdapter(record)
    found: dict[int, SeedRow] = {}
    unreadable = set[str]()
    for row in written:
        try:
            read = SeedRow(row, adapter.validate_python(row.values))
        except ValidationError as error:
            unreadable.add(row.values[columns[0]].strip())
            for detail in error.errors():
                problems.add(row.error(*explain(detail, record)), error)
            continue
        key = getattr(read.record, columns[0])
        if key in found:
            problems.add(
                row.error(
                    columns[0],
                    f"{key} is already used on line {found[key].csv.line}",
                    "give every row its own number",
                )
            )
            continue
        found[key] = read
    for column in _DISTINCT_COLUMNS.get(table, ()):
        _refuse_alike(found.values(), column, problems)
    return SeedTable(dict(sorted(found.items())), frozenset(unreadable), is_whole)


def _refuse_alike(rows: Iterable[SeedRow], column: str, problems: Problems) -> None:
    """Refuse two rows whose texts differ only in case, spaces and punctuation."""
    lines: dict[str, int] = {}
    for row in rows:
        text = str(row.value(column))
        line = lines.setdefault(normalize(text), row.csv.line)
        if line != row.csv.line:
            problems.add(
                row.csv.error(
                    column, f'"{text}" is already used on line {line}', "give every row its own"
                )
            )
