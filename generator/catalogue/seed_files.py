"""The six seeds as people write them: CSV files, read whole and checked whole.

The seeds are the one source of truth for the simulation and for the models, and people edit them
by hand. A slip is therefore reported with its file, its line and what to write instead, before
anything is simulated. What one file says of itself is checked here, whether the six fit together
in ``seed_checks.py``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from generator.catalogue.csv_rows import Row, read_rows
from generator.catalogue.records import (
    TABLES,
    TRAJECTORIES,
    Brand,
    BrandLocation,
    Catalogue,
    Category,
    Item,
    Location,
    Menu,
    normalize,
)
from generator.catalogue.seed_checks import check_seeds

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from generator.catalogue.records import Record

_LARGEST_DAY = 100_000
_LARGEST_RADIUS_MI = 50.0
_LARGEST_PREP_TIME_MIN = 240.0
_LARGEST_ORDERS_DAY = 100_000
_LARGEST_STATIONS = 1_000


def _location(row: Row) -> Location:
    code = row.text("location_code")
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,31}", code):
        raise row.error(
            "location_code",
            f'"{code}" is not a code',
            "write up to 32 small letters, digits, - or _, a letter first",
        )
    return Location(
        location_id=row.key("location_id"),
        location_code=code,
        name=row.text("name"),
        address=row.text("address"),
        lat=row.number("lat", -90, 90),
        lon=row.number("lon", -180, 180),
        radius_mi=row.number("radius_mi", 0, _LARGEST_RADIUS_MI, above=True),
        stations=row.whole("stations", 1, _LARGEST_STATIONS),
        base_orders_day=row.whole("base_orders_day", 1, _LARGEST_ORDERS_DAY),
        growth_rate_daily=row.number("growth_rate_daily", -1, 1, above=True),
        narrative=row.text("narrative"),
    )


def _brand(row: Row) -> Brand:
    return Brand(
        brand_id=row.key("brand_id"),
        name=row.text("name"),
        cuisine_type=row.text("cuisine_type"),
        avg_prep_time_min=row.number("avg_prep_time_min", 0, _LARGEST_PREP_TIME_MIN, above=True),
    )


def _brand_location(row: Row) -> BrandLocation:
    start_day = row.whole("start_day", 0, _LARGEST_DAY)
    end_day = None
    if row.values["end_day"].strip():
        end_day = row.whole("end_day", 0, _LARGEST_DAY)
        if end_day <= start_day:
            raise row.error(
                "end_day",
                f"day {end_day} is not after start_day {start_day}",
                "write the first day on which the brand no longer cooks, or leave it empty",
            )
    trajectory = row.text("trajectory")
    if trajectory not in TRAJECTORIES:
        raise row.error(
            "trajectory",
            f'"{trajectory}" is not known',
            f"write one of {', '.join(TRAJECTORIES)}",
        )
    return BrandLocation(
        brand_location_id=row.key("brand_location_id"),
        brand_id=row.key("brand_id"),
        location_id=row.key("location_id"),
        start_day=start_day,
        end_day=end_day,
        trajectory=trajectory,
        growth_rate_monthly=row.number("growth_rate_monthly", -1, 10, above=True),
    )


def _menu(row: Row) -> Menu:
    return Menu(
        id=row.key("id"),
        brand_id=row.key("brand_id"),
        name=row.text("name"),
    )


def _category(row: Row) -> Category:
    return Category(
        id=row.key("id"),
        menu_id=row.key("menu_id"),
        brand_id=row.key("brand_id"),
        name=row.text("name"),
    )


def _item(row: Row) -> Item:
    return Item(
        id=row.key("id"),
        category_id=row.key("category_id"),
        menu_id=row.key("menu_id"),
        brand_id=row.key("brand_id"),
        name=row.text("name"),
        price=row.price("price"),
    )


@dataclass(frozen=True, slots=True)
class _Seed:
    """How a row of a file becomes a record, and the columns in which no two rows may be alike."""

    record: Callable[[Row], Record]
    unlike: tuple[str, ...] = ()


_SEEDS = {
    "locations": _Seed(_location, unlike=("location_code", "name")),
    "brands": _Seed(_brand, unlike=("name",)),
    "brand_locations": _Seed(_brand_location),
    "menus": _Seed(_menu),
    "categories": _Seed(_category),
    "items": _Seed(_item),
}


def load_catalogue(seeds_directory: Path) -> Catalogue:
    """Read and check the six seeds of a folder.

    Parameters
    ----------
    seeds_directory
        Folder with ``locations.csv``, ``brands.csv``, ``brand_locations.csv``, ``menus.csv``,
        ``categories.csv`` and ``items.csv``.

    Returns
    -------
    Catalogue
        Every table sorted by its key; every reference leads somewhere.

    Raises
    ------
    UserError
        A file, column or row is missing, unreadable, impossible, or contradicts another; names
        file, line and remedy.
    """
    rows: dict[str, dict[int, Row]] = {}
    records: dict[str, tuple[Any, ...]] = {}
    for table, seed in _SEEDS.items():
        columns = [field.name for field in fields(TABLES[table])]
        written = read_rows(
            seeds_directory / f"{table}.csv",
            columns,
            if_missing="bring it back, or name the folder that holds all six seeds",
        )
        read = _by_key(written, columns[0], seed.record)
        rows[table] = {number: row for number, (row, _) in read.items()}
        records[table] = tuple(record for _, record in read.values())
        for column in seed.unlike:
            _refuse_alike(rows[table].values(), column)
    catalogue = Catalogue(**records)
    check_seeds(catalogue, rows)
    return catalogue


def _by_key(
    rows: Iterable[Row], key: str, record: Callable[[Row], Record]
) -> dict[int, tuple[Row, Record]]:
    """Read every row into a record; keys are unique, the result is sorted by them."""
    found: dict[int, tuple[Row, Record]] = {}
    for row in rows:
        number = row.key(key)
        if number in found:
            raise row.error(
                key,
                f"{number} is already used on line {found[number][0].line}",
                "give every row its own number",
            )
        found[number] = (row, record(row))
    return dict(sorted(found.items()))


def _refuse_alike(rows: Iterable[Row], column: str) -> None:
    """Refuse two rows whose texts differ in nothing but case, blanks and signs."""
    lines: dict[str, int] = {}
    for row in rows:
        written = row.text(column)
        text = normalize(written)
        if text in lines:
            raise row.error(
                column,
                f'"{written}" is already used on line {lines[text]}',
                "give every row its own",
            )
        lines[text] = row.line
