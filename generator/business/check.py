"""Everything that is wrong with a world, not only the first of it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from common.did_you_mean import did_you_mean
from common.errors import UserError
from common.json_file import read_json_object
from common.problems import Problems
from generator.catalogue.csv_rows import read_rows
from generator.catalogue.records import TABLES, Location
from generator.catalogue.seed_files import load_catalogue
from generator.catalogue.weather import WEATHER_FILE
from generator.catalogue.word_tables import WORD_TABLES
from generator.configuration.kitchen_files import check_kitchen_files
from generator.world.by_kitchen import DEFAULT
from generator.world.trade import SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from generator.catalogue.records import Catalogue

WORLD_TABLES = (*(f"{name}.csv" for name in TABLES), WEATHER_FILE, *WORD_TABLES)
"""The tables of a world."""

BY_KITCHEN = {"demand.json": "kitchens", "streets.json": "traffic", "payments.json": "tax_rates"}
"""Keys of settings that differ by kitchen, by their file."""


@dataclass(frozen=True)
class CheckedWorld:
    """What a check of a world found.

    Attributes
    ----------
    catalogue
        The business; where something is wrong, what is left of it.
    problems
        A sentence for each, with file and row or key.
    """

    catalogue: Catalogue
    problems: tuple[str, ...]


def check_world(folder: Path) -> CheckedWorld:
    """Read all files of a world and return everything that is wrong with them.

    What only follows from another problem, such as a reference to a row that cannot be read, is
    not named.

    Parameters
    ----------
    folder
        The world.

    Raises
    ------
    UserError
        If there is no such folder.
    """
    if not folder.is_dir():
        raise UserError(f"{folder} is no folder; name that of a world, such as worlds/london.")
    problems = Problems(collect=True)
    catalogue = load_catalogue(folder, problems)
    codes = _codes(folder)
    check_kitchen_files(catalogue, problems, codes)
    for error in (*_unknown_files(folder), *_unknown_kitchens(folder, codes)):
        problems.add(error)
    for error in _unknown_items(folder, catalogue):
        problems.add(error)
    return CheckedWorld(catalogue, tuple(str(error) for error in problems.found))


def _unknown_files(folder: Path) -> Iterator[UserError]:
    """Yield files that would be read by nothing, or by dbt as a table of its own."""
    for file in sorted(folder.iterdir()):
        known = {".csv": WORLD_TABLES, ".json": tuple(SETTINGS)}.get(file.suffix)
        if known and file.name not in known:
            why = "dbt would load it as a table" if file.suffix == ".csv" else "nothing reads it"
            yield UserError(
                f"{file}: a world has no such file{did_you_mean(file.name, known)}, and {why}; "
                "rename it or move it away."
            )


def _codes(folder: Path) -> list[str]:
    """Return the kitchens as they are written, also those of rows that cannot be read."""
    try:
        rows = read_rows(
            folder / "locations.csv",
            [field.name for field in fields(Location)],
            if_missing="bring it back",
            problems=Problems(collect=True),
        )
    except UserError:
        return []
    return [row.values["location_code"].strip() for row in rows]


def _unknown_kitchens(folder: Path, codes: list[str]) -> Iterator[UserError]:
    if not codes:
        return
    for name, key in BY_KITCHEN.items():
        written = _own(folder / name).get(key)
        for code in written if isinstance(written, dict) else ():
            if code not in (*codes, DEFAULT):
                yield UserError(
                    f"{folder / name}: {key}.{code}: there is no kitchen {code}"
                    f"{did_you_mean(code, [*codes, DEFAULT])}; use a location_code of "
                    "locations.csv, or remove it."
                )


def _unknown_items(folder: Path, catalogue: Catalogue) -> Iterator[UserError]:
    file = folder / "preparation.json"
    ids = {str(item.id) for item in catalogue.items}
    written = _own(file).get("items")
    if not ids or not isinstance(written, dict):
        return
    for number in written:
        if number.isdecimal() and number not in ids:
            yield UserError(
                f"{file}: items.{number}: there is no item {number} in items.csv; use the id of "
                "one, or remove it."
            )


def _own(file: Path) -> dict[str, Any]:
    """Return what a file says; nothing where it cannot be read, which was said already."""
    if not file.exists():
        return {}
    try:
        return read_json_object(file, if_missing="bring it back")
    except UserError:
        return {}
