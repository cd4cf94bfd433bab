"""The business as CSV: kitchens, brands, menus and items, read whole and checked whole.

The seeds are the one source of truth for the simulation and for the models, and people edit them
by hand. A slip is therefore reported with its file, its line and what to write instead, before
anything is simulated.
"""

from __future__ import annotations

import csv
import difflib
import math
import re
from dataclasses import dataclass, fields
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

import pyarrow as pa
import pyarrow.parquet as pq

from generator.errors import UserError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

Record = TypeVar("Record")

TRAJECTORIES = ("growing", "steady", "declining", "launching", "leaving")

_LARGEST_ID = 2**31 - 1
_LARGEST_DAY = 100_000
_LARGEST_RADIUS_MI = 50.0
_LARGEST_PREP_TIME_MIN = 240.0
_LARGEST_ORDERS_DAY = 100_000
_LARGEST_STATIONS = 1_000
_NEAR_ENOUGH = 0.6


@dataclass(frozen=True, slots=True)
class Location:
    """One kitchen (``locations.csv``).

    Attributes
    ----------
    location_id, location_code, name, address
        Key, short name for commands (``sf``), name for people, street address.
    lat, lon
        Degrees.
    radius_mi
        How far it delivers, miles.
    stations
        Orders that can be cooked at the same time.
    base_orders_day
        Orders expected on day 0, before weekday and noise.
    growth_rate_daily
        Compounding per day: day ``d`` expects ``base_orders_day * (1 + growth_rate_daily) ** d``.
    narrative
        The story its data tells.
    """

    location_id: int
    location_code: str
    name: str
    address: str
    lat: float
    lon: float
    radius_mi: float
    stations: int
    base_orders_day: int
    growth_rate_daily: float
    narrative: str


@dataclass(frozen=True, slots=True)
class Brand:
    """One brand (``brands.csv``); ``avg_prep_time_min`` is its mean cooking time in minutes."""

    brand_id: int
    name: str
    cuisine_type: str
    avg_prep_time_min: float


@dataclass(frozen=True, slots=True)
class BrandLocation:
    """One brand cooking in one kitchen (``brand_locations.csv``).

    Attributes
    ----------
    brand_location_id, brand_id, location_id
        Keys.
    start_day
        First day on which it cooks there, counted from day 0 of the dataset.
    end_day
        First day on which it no longer cooks there; ``None`` while it is open.
    trajectory
        One of ``TRAJECTORIES``: the story in a word.
    growth_rate_monthly
        Growth of its pull on customers per 30 days, as a fraction, relative to the other brands
        of the kitchen: on day ``d`` it weighs ``(1 + rate) ** ((d - start_day) / 30)``. How many
        orders there are in all is the location's affair.
    """

    brand_location_id: int
    brand_id: int
    location_id: int
    start_day: int
    end_day: int | None
    trajectory: str
    growth_rate_monthly: float


@dataclass(frozen=True, slots=True)
class Menu:
    """One menu (``menus.csv``)."""

    id: int
    brand_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Category:
    """One section of a menu (``categories.csv``)."""

    id: int
    menu_id: int
    brand_id: int
    name: str


@dataclass(frozen=True, slots=True)
class Item:
    """One dish or drink (``items.csv``); ``price`` in dollars, exact."""

    id: int
    category_id: int
    menu_id: int
    brand_id: int
    name: str
    price: Decimal

    @property
    def price_cents(self) -> int:
        """Return the price in whole cents."""
        return int(self.price * 100)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The whole business, every table sorted by its key and consistent with the others."""

    locations: tuple[Location, ...]
    brands: tuple[Brand, ...]
    brand_locations: tuple[BrandLocation, ...]
    menus: tuple[Menu, ...]
    categories: tuple[Category, ...]
    items: tuple[Item, ...]

    def location(self, code_or_name: str) -> Location | None:
        """Return the kitchen with this code or name; case, blanks and signs do not matter."""
        wanted = _letters(code_or_name)
        for location in self.locations:
            if wanted in (_letters(location.location_code), _letters(location.name)):
                return location
        return None

    def brands_at(self, location_id: int) -> tuple[BrandLocation, ...]:
        """Return what ever cooks in a kitchen, in the order of the file's keys."""
        return tuple(row for row in self.brand_locations if row.location_id == location_id)

    def items_of(self, brand_id: int) -> tuple[Item, ...]:
        """Return the items of a brand, in the order of their ids."""
        return tuple(item for item in self.items if item.brand_id == brand_id)


def _letters(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())


# ---------------------------------------------------------------------------------------------
# Reading: a row knows where it stands, so that every complaint about it does too


@dataclass(frozen=True, slots=True)
class _Row:
    file: Path
    line: int
    values: Mapping[str, str]

    def error(self, column: str, problem: str, remedy: str) -> UserError:
        return UserError(f"{self.file}, line {self.line}, column {column}: {problem}; {remedy}.")

    def text(self, column: str) -> str:
        value = self.values[column].strip()
        if not value:
            raise self.error(column, "the text is missing", "write one")
        return value

    def whole(self, column: str, low: int, high: int) -> int:
        written = self.values[column].strip()
        if not re.fullmatch(r"[+-]?[0-9]{1,18}", written):
            raise self.error(
                column,
                f'"{written}" is not a whole number',
                f"write one from {low:,} to {high:,}, without separators",
            )
        value = int(written)
        if not low <= value <= high:
            raise self.error(
                column, f"{value} is impossible", f"write a whole number from {low:,} to {high:,}"
            )
        return value

    def number(self, column: str, low: float, high: float, *, above: bool = False) -> float:
        """Read a number from ``low`` to ``high``, or, with ``above``, greater than ``low``."""
        written = self.values[column].strip()
        allowed = (
            f"{'greater than' if above else 'from'} {low:g} {'up ' if above else ''}to {high:g}"
        )
        try:
            value = float(written) if "_" not in written else math.nan
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise self.error(
                column, f'"{written}" is not a number', f"write one {allowed}, with a point"
            )
        if not low <= value <= high or (above and value == low):
            raise self.error(column, f"{written} is impossible", f"write a number {allowed}")
        return value

    def price(self, column: str) -> Decimal:
        written = self.values[column].strip()
        if written.startswith("-"):
            raise self.error(column, f"{written} is a negative price", "write 0.00 or more")
        if not re.fullmatch(r"[0-9]{1,8}(\.[0-9]{1,2})?", written):
            raise self.error(
                column, f'"{written}" is not a price', "write dollars and cents, for example 12.95"
            )
        return Decimal(written).quantize(Decimal("0.01"))


def _read_rows(file: Path, columns: Sequence[str]) -> list[_Row]:
    """Read one CSV file; its header must name exactly ``columns``, in any order."""
    rows: list[_Row] = []
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            reader = csv.reader(lines, strict=True)
            try:
                header = [name.strip() for name in next(reader, [])]
                _check_header(file, header, columns)
                for values in reader:
                    if not values:  # a blank line, as editors leave at the end
                        continue
                    if len(values) != len(header):
                        raise UserError(
                            f"{file}, line {reader.line_num}: {len(values)} values where the "
                            f"header names {len(header)} columns; mend the commas, and put a "
                            "text that holds a comma in double quotes."
                        )
                    rows.append(_Row(file, reader.line_num, dict(zip(header, values, strict=True))))
            except csv.Error as error:
                raise UserError(
                    f"{file}, line {reader.line_num}: not readable as CSV ({error}); "
                    "check the quotes of that line."
                ) from error
    except FileNotFoundError as error:
        raise UserError(
            f"{file} is missing; bring it back, or name the folder that holds all six seeds."
        ) from error
    except UnicodeDecodeError as error:
        raise UserError(f"{file} is not UTF-8 text; save it again as UTF-8.") from error
    except OSError as error:
        raise UserError(
            f"{file} cannot be read ({error.strerror}); make it a readable file."
        ) from error
    if not rows:
        raise UserError(f"{file} has no rows below its header; add at least one.")
    return rows


def _check_header(file: Path, header: Sequence[str], columns: Sequence[str]) -> None:
    twice = sorted({name for name in header if header.count(name) > 1})
    if twice:
        raise UserError(f"{file}, line 1: column {twice[0]} stands there twice; remove one.")
    missing = [name for name in columns if name not in header]
    unknown = [name for name in header if name not in columns]
    if unknown:
        near = difflib.get_close_matches(unknown[0], missing or columns, 1, _NEAR_ENOUGH)
        hint = f"did you mean {near[0]}?" if near else f"the columns are {', '.join(columns)}"
        raise UserError(
            f'{file}, line 1: unknown column "{unknown[0]}" ({hint}); rename or remove it.'
        )
    if missing:
        raise UserError(f"{file}, line 1: column {missing[0]} is missing; add it to every row.")


def _by_id(
    rows: Iterable[_Row], key: str, read: Callable[[_Row], Record]
) -> dict[int, tuple[Record, _Row]]:
    """Read every row into a record; keys are unique, the result is sorted by them."""
    found: dict[int, tuple[Record, _Row]] = {}
    for row in rows:
        number = row.whole(key, 1, _LARGEST_ID)
        if number in found:
            raise row.error(
                key,
                f"{number} is already used on line {found[number][1].line}",
                "give every row its own number",
            )
        found[number] = (read(row), row)
    return dict(sorted(found.items()))


def _unique(records: Mapping[int, tuple[Record, _Row]], column: str, *, letters: bool) -> None:
    """Refuse two rows with the same text; with ``letters`` case, blanks and signs are ignored."""
    lines: dict[str, int] = {}
    for _, row in records.values():
        written = row.text(column)
        text = _letters(written) if letters else written
        if text in lines:
            raise row.error(
                column,
                f'"{written}" is already used on line {lines[text]}',
                "give every row its own",
            )
        lines[text] = row.line


def _known(row: _Row, column: str, number: int, others: Mapping[int, object], file: str) -> None:
    if number not in others:
        raise row.error(
            column,
            f"there is no {number} in {file}",
            f"use the number of a row of {file} or add that row",
        )


# ---------------------------------------------------------------------------------------------
# The six tables


def _location(row: _Row) -> Location:
    code = row.text("location_code")
    if not re.fullmatch(r"[a-z][a-z0-9_-]{0,31}", code):
        raise row.error(
            "location_code",
            f'"{code}" is not a code',
            "write up to 32 small letters, digits, - or _, a letter first",
        )
    return Location(
        location_id=row.whole("location_id", 1, _LARGEST_ID),
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


def _brand(row: _Row) -> Brand:
    return Brand(
        brand_id=row.whole("brand_id", 1, _LARGEST_ID),
        name=row.text("name"),
        cuisine_type=row.text("cuisine_type"),
        avg_prep_time_min=row.number("avg_prep_time_min", 0, _LARGEST_PREP_TIME_MIN, above=True),
    )


def _brand_location(row: _Row) -> BrandLocation:
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
        brand_location_id=row.whole("brand_location_id", 1, _LARGEST_ID),
        brand_id=row.whole("brand_id", 1, _LARGEST_ID),
        location_id=row.whole("location_id", 1, _LARGEST_ID),
        start_day=start_day,
        end_day=end_day,
        trajectory=trajectory,
        growth_rate_monthly=row.number("growth_rate_monthly", -1, 10, above=True),
    )


def _menu(row: _Row) -> Menu:
    return Menu(
        id=row.whole("id", 1, _LARGEST_ID),
        brand_id=row.whole("brand_id", 1, _LARGEST_ID),
        name=row.text("name"),
    )


def _category(row: _Row) -> Category:
    return Category(
        id=row.whole("id", 1, _LARGEST_ID),
        menu_id=row.whole("menu_id", 1, _LARGEST_ID),
        brand_id=row.whole("brand_id", 1, _LARGEST_ID),
        name=row.text("name"),
    )


def _item(row: _Row) -> Item:
    return Item(
        id=row.whole("id", 1, _LARGEST_ID),
        category_id=row.whole("category_id", 1, _LARGEST_ID),
        menu_id=row.whole("menu_id", 1, _LARGEST_ID),
        brand_id=row.whole("brand_id", 1, _LARGEST_ID),
        name=row.text("name"),
        price=row.price("price"),
    )


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

    def rows(table: str, record: type[object]) -> list[_Row]:
        columns = [field.name for field in fields(record)]  # type: ignore[arg-type]
        return _read_rows(seeds_directory / f"{table}.csv", columns)

    locations = _by_id(rows("locations", Location), "location_id", _location)
    _unique(locations, "location_code", letters=True)
    _unique(locations, "name", letters=True)
    brands = _by_id(rows("brands", Brand), "brand_id", _brand)
    _unique(brands, "name", letters=True)
    brand_locations = _by_id(
        rows("brand_locations", BrandLocation), "brand_location_id", _brand_location
    )
    menus = _by_id(rows("menus", Menu), "id", _menu)
    categories = _by_id(rows("categories", Category), "id", _category)
    items = _by_id(rows("items", Item), "id", _item)

    _check_menus(brands, menus, categories, items)
    _check_presence(locations, brands, brand_locations)
    return Catalogue(
        locations=tuple(record for record, _ in locations.values()),
        brands=tuple(record for record, _ in brands.values()),
        brand_locations=tuple(record for record, _ in brand_locations.values()),
        menus=tuple(record for record, _ in menus.values()),
        categories=tuple(record for record, _ in categories.values()),
        items=tuple(record for record, _ in items.values()),
    )


def _check_menus(
    brands: Mapping[int, tuple[Brand, _Row]],
    menus: Mapping[int, tuple[Menu, _Row]],
    categories: Mapping[int, tuple[Category, _Row]],
    items: Mapping[int, tuple[Item, _Row]],
) -> None:
    """Check that items, categories, menus and brands belong to each other."""
    for menu, row in menus.values():
        _known(row, "brand_id", menu.brand_id, brands, "brands.csv")
    for category, row in categories.values():
        _known(row, "brand_id", category.brand_id, brands, "brands.csv")
        _known(row, "menu_id", category.menu_id, menus, "menus.csv")
        menu, menu_row = menus[category.menu_id]
        if menu.brand_id != category.brand_id:
            raise _disagreement(row, "brand_id", "menu", menu_row)
    for item, row in items.values():
        _known(row, "brand_id", item.brand_id, brands, "brands.csv")
        _known(row, "menu_id", item.menu_id, menus, "menus.csv")
        _known(row, "category_id", item.category_id, categories, "categories.csv")
        category, category_row = categories[item.category_id]
        if category.brand_id != item.brand_id:
            raise _disagreement(row, "brand_id", "category", category_row)
        if category.menu_id != item.menu_id:
            raise _disagreement(row, "menu_id", "category", category_row)
    with_items = {item.brand_id for item, _ in items.values()}
    for brand, row in brands.values():
        if brand.brand_id not in with_items:
            raise row.error(
                "brand_id",
                f'brand {brand.brand_id} "{brand.name}" has nothing to sell',
                "add items for it to items.csv or remove the brand from all six files",
            )


def _disagreement(row: _Row, column: str, parent: str, parent_row: _Row) -> UserError:
    return row.error(
        column,
        f"{row.values[column].strip()} here, but its {parent} on line {parent_row.line} of "
        f"{parent_row.file.name} has {parent_row.values[column].strip()}",
        "make the two agree",
    )


def _check_presence(
    locations: Mapping[int, tuple[Location, _Row]],
    brands: Mapping[int, tuple[Brand, _Row]],
    brand_locations: Mapping[int, tuple[BrandLocation, _Row]],
) -> None:
    """Check who cooks where: known, not twice at a time, and never a kitchen with nobody."""
    for presence, row in brand_locations.values():
        _known(row, "brand_id", presence.brand_id, brands, "brands.csv")
        _known(row, "location_id", presence.location_id, locations, "locations.csv")
    seen: dict[tuple[int, int], list[tuple[BrandLocation, _Row]]] = {}
    for presence, row in brand_locations.values():
        others = seen.setdefault((presence.brand_id, presence.location_id), [])
        for other, other_row in others:
            if _overlap(presence, other):
                raise row.error(
                    "brand_id",
                    f"brand {presence.brand_id} already cooks in kitchen {presence.location_id} "
                    f"on those days (line {other_row.line})",
                    "remove one row or end the first before the second starts",
                )
        others.append((presence, row))
    for location, row in locations.values():
        present = [
            presence
            for presence, _ in brand_locations.values()
            if presence.location_id == location.location_id
        ]
        # Kitchens only empty when somebody leaves: these are the only days to look at.
        for day in sorted({0} | {presence.end_day for presence in present if presence.end_day}):
            if not any(cooks_on(presence, day) for presence in present):
                raise row.error(
                    "location_id",
                    f"no brand cooks in kitchen {location.location_code} on day {day}",
                    "give it a brand for that day in brand_locations.csv",
                )


def cooks_on(presence: BrandLocation, day: int) -> bool:
    """Say whether a brand cooks in its kitchen on a day."""
    return presence.start_day <= day and (presence.end_day is None or day < presence.end_day)


def _overlap(one: BrandLocation, other: BrandLocation) -> bool:
    first, second = sorted((one, other), key=lambda presence: presence.start_day)
    return cooks_on(first, second.start_day)


# ---------------------------------------------------------------------------------------------
# Writing

_INTEGER, _REAL, _TEXT, _MONEY = pa.int32(), pa.float64(), pa.string(), pa.decimal128(10, 2)
_ARROW_TYPES: dict[str, pa.DataType] = {"int": _INTEGER, "int | None": _INTEGER, "float": _REAL}
_ARROW_TYPES |= {"str": _TEXT, "Decimal": _MONEY}


def business_tables(catalogue: Catalogue) -> dict[str, pa.Table]:
    """Return the six tables by name, typed: ids int32, degrees float64, price decimal(10, 2)."""
    records: dict[str, tuple[type[object], Sequence[object]]] = {
        "locations": (Location, catalogue.locations),
        "brands": (Brand, catalogue.brands),
        "brand_locations": (BrandLocation, catalogue.brand_locations),
        "menus": (Menu, catalogue.menus),
        "categories": (Category, catalogue.categories),
        "items": (Item, catalogue.items),
    }
    return {name: _table(record, rows) for name, (record, rows) in records.items()}


def _table(record: type[object], rows: Sequence[object]) -> pa.Table:
    schema = pa.schema(
        [
            pa.field(
                field.name, _ARROW_TYPES[str(field.type)], nullable=str(field.type) == "int | None"
            )
            for field in fields(record)  # type: ignore[arg-type]
        ]
    )
    return pa.table(
        {name: [getattr(row, name) for row in rows] for name in schema.names}, schema=schema
    )


def write_business_tables(catalogue: Catalogue, out: Path) -> list[Path]:
    """Write the six business tables as Parquet files, the same bytes for the same catalogue.

    Parameters
    ----------
    catalogue
        What to write.
    out
        Folder for ``locations.parquet`` and the others; made where missing.

    Returns
    -------
    list of Path
        The files written.

    Raises
    ------
    UserError
        The folder cannot be written.
    """
    written = []
    for name, table in business_tables(catalogue).items():
        file = out / f"{name}.parquet"
        try:
            out.mkdir(parents=True, exist_ok=True)
            pq.write_table(table, file, compression="zstd")
        except OSError as error:
            raise UserError(
                f"{file} cannot be written ({error.strerror or error}); "
                "free some space or choose another folder with --out."
            ) from error
        written.append(file)
    return written
