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

from generator.catalogue.csv_rows import read_rows
from generator.catalogue.records import TABLES, Catalogue, normalize
from generator.catalogue.seed_checks import SeedRow, check_seeds
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


def load_catalogue(seeds_directory: Path) -> Catalogue:
    """Read and check the seeds of a folder.

    Parameters
    ----------
    seeds_directory
        Folder with the eleven tables and the settings of a business (docs/worlds.md).

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
    rows = {table: _read_table(seeds_directory / f"{table}.csv", table) for table in TABLES}
    records: dict[str, Any] = {
        table: tuple(row.record for row in read.values()) for table, read in rows.items()
    }
    weather = load_weather(seeds_directory, rows["locations"])
    catalogue = Catalogue(**records, weather=weather, trade=load_trade(seeds_directory))
    check_seeds(catalogue, rows)
    check_word_tables(seeds_directory, catalogue.trade)
    return catalogue


def _read_table(file: Path, table: str) -> dict[int, SeedRow]:
    """Read one seed; keys are unique, the result is sorted by them."""
    record = TABLES[table]
    columns = [field.name for field in fields(record)]
    written = read_rows(
        file, columns, if_missing="bring it back, or name the folder that contains all six seeds"
    )
    adapter: TypeAdapter[Record] = TypeAdapter(record)
    found: dict[int, SeedRow] = {}
    for row in written:
        try:
            read = SeedRow(row, adapter.validate_python(row.values))
        except ValidationError as error:
            raise row.error(*explain(error.errors()[0], record)) from error
        key = getattr(read.record, columns[0])
        if key in found:
            raise row.error(
                columns[0],
                f"{key} is already used on line {found[key].csv.line}",
                "give every row its own number",
            )
        found[key] = read
    for column in _DISTINCT_COLUMNS.get(table, ()):
        _refuse_alike(found.values(), column)
    return dict(sorted(found.items()))


def _refuse_alike(rows: Iterable[SeedRow], column: str) -> None:
    """Refuse two rows whose texts differ only in case, spaces and punctuation."""
    lines: dict[str, int] = {}
    for row in rows:
        text = str(row.value(column))
        line = lines.setdefault(normalize(text), row.csv.line)
        if line != row.csv.line:
            raise row.csv.error(
                column, f'"{text}" is already used on line {line}', "give every row its own"
            )
