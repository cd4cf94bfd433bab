"""A business made of the tables that lie beside a dataset: what they lack is filled, and said."""

from __future__ import annotations

import csv
import math
import re
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from common.dataset_files import table_file
from common.errors import UserError
from common.storage.atomic_directory import atomic_directory
from generator.catalogue.records import TABLES
from generator.catalogue.seed_files import load_catalogue
from generator.catalogue.weather import WEATHER_COLUMNS, WEATHER_FILE
from generator.catalogue.word_tables import complete_world
from generator.configuration.defaults import (
    DEFAULT_DAYS,
    NEW_KITCHEN_ORDERS_DAY,
    NEW_KITCHEN_RADIUS_MI,
)
from generator.configuration.new_kitchen import stations_for

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from generator.catalogue.records import Catalogue

Row = dict[str, Any]

_UNKNOWN_CUISINE = "Various"
_UNKNOWN_PREP_TIME = 10.0
# What other businesses call a trajectory.
_TRAJECTORIES = {
    "flat": "steady",
    "stable": "steady",
    "stagnant": "steady",
    "improving": "growing",
    "growth": "growing",
    "decline": "declining",
    "launch": "launching",
    "exit": "leaving",
    "exiting": "leaving",
}
_GROWING_FROM, _DECLINING_FROM = 0.045, -0.035
_MOST_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class ImportedBusiness:
    """A business that was made of the tables of a dataset.

    Attributes
    ----------
    folder
        Where its six tables are.
    catalogue
        The business, as it will be read from there.
    notices
        What was filled, changed and left out, a sentence each.
    """

    folder: Path
    catalogue: Catalogue
    notices: tuple[str, ...]


@dataclass(slots=True)
class BusinessTables:
    """The rows of all tables while they are completed, and what was done to them.

    Attributes
    ----------
    rows
        By table; each row by column.
    notices
        What was filled, changed and left out, a sentence each.
    """

    rows: dict[str, list[Row]]
    notices: list[str] = field(default_factory=list)

    def fill(self, table: str, column: str, how: str, value: Callable[[Row], Any]) -> None:
        """Give a column to every row that lacks it."""
        lacking = [row for row in self.rows[table] if row.get(column) is None]
        for row in lacking:
            row[column] = value(row)
        if lacking:
            examples = sorted({str(row[column]) for row in lacking})
            told = f" ({', '.join(examples)})" if len(examples) <= _MOST_EXAMPLES else ""
            self.notices.append(
                f"{table}.{column} is missing in {len(lacking)} of {len(self.rows[table])} rows: "
                f"filled with {how}{told}."
            )


def import_catalogue(dataset: Path, world: Path, known: Catalogue) -> ImportedBusiness:
    """Make the tables of a business out of the six beside a dataset, which know no weather.

    Parameters
    ----------
    dataset
        Folder with ``locations.parquet``, ``brands.parquet`` and ``items.parquet``; the other three
        are made of these where they are missing.
    world
        Folder to make; there must be none yet.
    known
        A business whose kitchens say how many stations so many orders need.

    Raises
    ------
    UserError
        If there is such a folder already, a table or column cannot be done without or cannot be
        read, or the tables contradict each other. Nothing is written then.
    """
    refuse_existing(world)
    tables = BusinessTables({name: _read(dataset / table_file(name), name) for name in TABLES})
    complete_tables(tables, dataset.name, known)
    try:
        return write_business(world, tables)
    except UserError as error:
        raise UserError(
            f"The tables in {dataset} are not those of one business: {error} The line is "
            "that of the row in its Parquet file, plus one."
        ) from error


def refuse_existing(world: Path, instead: str = "choose another folder with --out") -> None:
    """Refuse to write over a world.

    Parameters
    ----------
    world
        Folder that is to be made.
    instead
        What to do where it exists, in the words of the command.

    Raises
    ------
    UserError
        If there is such a folder already.
    """
    if world.exists():
        raise UserError(
            f"{world} exists already and may have been edited since; {instead}, or remove it."
        )


def write_business(
    world: Path, tables: BusinessTables, add_files: Callable[[Path], None] = lambda _: None
) -> ImportedBusiness:
    """Write the folder of a business, all at once, and read it again.

    Parameters
    ----------
    world
        Folder to make.
    tables
        Its six tables, complete.
    add_files
        Adds other files of the business to a folder; what is missing then is as in the seeds, and
        without ``weather.csv`` it is always dry.

    Raises
    ------
    UserError
        If the tables contradict each other; names file and line. Nothing is written then.
    """
    with atomic_directory(world, ()) as staging:
        for name in TABLES:
            _write(staging / f"{name}.csv", name, tables)
        add_files(staging)
        if not (staging / WEATHER_FILE).exists():
            (staging / WEATHER_FILE).write_text(",".join(WEATHER_COLUMNS) + "\n", encoding="utf-8")
        copied = complete_world(staging)
        if copied:
            tables.notices.append(f"{', '.join(copied)}: those of Casper's Kitchens, to be edited.")
        try:
            catalogue = load_catalogue(staging)
        except UserError as error:
            raise UserError(str(error).replace(f"{staging}/", "")) from error
    return ImportedBusiness(world, catalogue, tuple(tables.notices))


_REQUIRED = {
    "locations": ("location_id", "name", "lat", "lon"),
    "brands": ("brand_id", "name"),
    "items": ("id", "brand_id", "name", "price"),
    "brand_locations": ("brand_id", "location_id"),
    "menus": ("id", "brand_id"),
    "categories": ("id", "name"),
}
_DERIVED = ("brand_locations", "menus", "categories")


def _read(file: Path, table: str) -> list[Row]:
    """Read the rows of a table; NaN is a missing value, as pandas writes it."""
    try:
        read = pq.read_table(file)
    except FileNotFoundError as error:
        if table in _DERIVED:
            return []
        raise UserError(
            f"There is no {file}: name the folder of a dataset that has its business tables beside "
            "its events."
        ) from error
    except (pa.ArrowException, OSError) as error:
        reason = str(error).split("\n", maxsplit=1)[0]
        raise UserError(f"{file} cannot be read as Parquet ({reason}); bring it back.") from error
    key = f"{table.removesuffix('s')}_id"
    if table in ("menus", "items") and "id" not in read.column_names:
        read = read.rename_columns(["id" if name == key else name for name in read.column_names])
    missing = [column for column in _REQUIRED[table] if column not in read.column_names]
    if missing:
        raise UserError(
            f"{file} has no column {missing[0]} (it has {', '.join(read.column_names)}); name that "
            "column so, or add it."
        )
    return [
        {name: _plain(value) for name, value in row.items() if not name.startswith("__")}
        for row in read.to_pylist()
    ]


def _plain(value: Any) -> Any:  # noqa: ANN401 - a value of any type
    """Return a value as it is written: whole numbers without a point, nothing for NaN."""
    if isinstance(value, float):
        if math.isnan(value):
            return None
        if value.is_integer():
            return int(value)
    if isinstance(value, str):
        return value.strip() or None
    return value


def complete_tables(tables: BusinessTables, source: str, known: Catalogue) -> None:
    """Fill what tables lack; each thing that is filled or changed becomes a notice.

    Parameters
    ----------
    tables
        Rows with at least the columns that cannot be done without; completed in place.
    source
        Where they are from, for the story of each kitchen.
    known
        A business whose kitchens say how many stations so many orders need.
    """
    _complete_locations(tables, source, known)
    tables.fill("brands", "cuisine_type", "a word that fits all", lambda _: _UNKNOWN_CUISINE)
    tables.fill("brands", "avg_prep_time_min", "minutes", lambda _: _UNKNOWN_PREP_TIME)
    _complete_brand_locations(tables)
    _complete_menus(tables)
    for row in tables.rows["items"]:
        row["price"] = _price(row["price"])


def _complete_locations(tables: BusinessTables, source: str, known: Catalogue) -> None:
    def code(row: Row) -> str:
        slug = re.sub(r"[^a-z0-9]+", "_", str(row["name"]).casefold()).strip("_")[:32]
        return slug if re.match("[a-z]", slug) else f"kitchen_{row['location_id']}"

    def stations(row: Row) -> int:
        growth = float(row["growth_rate_daily"])
        busiest = float(row["base_orders_day"]) * max(1.0, (1.0 + growth) ** (DEFAULT_DAYS - 1))
        return stations_for(known, busiest)

    fill = tables.fill
    fill("locations", "location_code", "the name", code)
    fill("locations", "address", "the position", lambda row: f"{row['lat']}, {row['lon']}")
    fill("locations", "radius_mi", "miles", lambda _: NEW_KITCHEN_RADIUS_MI)
    fill("locations", "base_orders_day", "orders", lambda _: NEW_KITCHEN_ORDERS_DAY)
    fill("locations", "growth_rate_daily", "no growth", lambda _: 0)
    fill("locations", "stations", "as many an order as the delivered kitchens have", stations)
    story = f"imported from {source}."
    fill("locations", "narrative", "a sentence", lambda row: f"{row['name']}, {story}")
    for row in tables.rows["locations"]:
        row["base_orders_day"] = max(1, round(row["base_orders_day"]))


def _complete_brand_locations(tables: BusinessTables) -> None:
    name = "brand_locations"
    rows = tables.rows[name]
    cooking = {row["location_id"] for row in rows}
    empty = [row for row in tables.rows["locations"] if row["location_id"] not in cooking]
    for location in empty:
        rows += [
            {"brand_id": brand["brand_id"], "location_id": location["location_id"]}
            for brand in tables.rows["brands"]
        ]
    if empty:
        tables.notices.append(
            f"{name} has no brand for kitchens {_listed(row['name'] for row in empty)}: every "
            "brand cooks there."
        )
    keys = [row.get("brand_location_id") for row in rows]
    if None in keys or len(set(keys)) < len(keys):
        for number, row in enumerate(rows, start=1):
            row["brand_location_id"] = number
        tables.notices.append(f"{name}.brand_location_id is missing or not unique: numbered.")
    tables.fill(name, "start_day", "day", lambda _: 0)
    tables.fill(name, "growth_rate_monthly", "no growth", lambda _: 0)
    changed = set()
    for row in rows:
        word = row.get("trajectory")
        standard = _trajectory(row)
        if word is not None and word != standard:
            changed.add(f"{word} is written {standard}")
        row["trajectory"] = standard if word is not None else None
    if changed:
        tables.notices.append(f"{name}.trajectory: {_listed(changed)}.")
    tables.fill(name, "trajectory", "what days and growth say", _trajectory)


def _trajectory(row: Row) -> str:
    """Return the story of a brand in a kitchen in one of our words."""
    word = str(row.get("trajectory") or "").casefold()
    word = _TRAJECTORIES.get(word, word)
    if word in ("growing", "steady", "declining", "launching", "leaving"):
        return word
    if row.get("end_day") is not None:
        return "leaving"
    if row["start_day"]:
        return "launching"
    growth = float(row["growth_rate_monthly"])
    if growth >= _GROWING_FROM:
        return "growing"
    return "declining" if growth <= _DECLINING_FROM else "steady"


def _complete_menus(tables: BusinessTables) -> None:
    """Complete menus and their sections, and make those that only items know of."""
    rows, names = tables.rows, {row["brand_id"]: row["name"] for row in tables.rows["brands"]}
    items, menus, categories = rows["items"], rows["menus"], rows["categories"]
    if not menus:
        menus += [{"id": brand_id, "brand_id": brand_id} for brand_id in names]
        tables.notices.append("menus is missing: one for each brand.")
    tables.fill(
        "menus", "name", "the brand", lambda row: f"{names.get(row['brand_id'], 'Menu')} Menu"
    )
    menu_of = {row["brand_id"]: row["id"] for row in menus}
    brand_of = {row["id"]: row["brand_id"] for row in menus}
    if not categories:
        categories += [
            {"id": number, "menu_id": menu["id"], "name": "Menu"}
            for number, menu in enumerate(menus, start=1)
        ]
        tables.notices.append("categories is missing: one for each menu.")
        section_of = {row["menu_id"]: row["id"] for row in categories}
        for item in items:
            item["menu_id"] = item.get("menu_id") or menu_of.get(item["brand_id"])
            item["category_id"] = section_of.get(item["menu_id"])
    tables.fill("categories", "menu_id", "the brand's", lambda row: menu_of.get(row["brand_id"]))
    tables.fill("categories", "brand_id", "the menu's", lambda row: brand_of.get(row["menu_id"]))
    menu_of_section = {row["id"]: row["menu_id"] for row in categories}
    tables.fill(
        "items", "menu_id", "the section's", lambda row: menu_of_section.get(row["category_id"])
    )


def _price(value: Any) -> str:  # noqa: ANN401 - a number of any type
    """Write dollars and cents; a float holds neither exactly."""
    try:
        return f"{float(value):.2f}"
    except (TypeError, ValueError):
        return str(value)


def _listed(words: Iterable[str]) -> str:
    return ", ".join(sorted(map(str, words)))


def _write(file: Path, table: str, tables: BusinessTables) -> None:
    columns = [column.name for column in fields(TABLES[table])]
    rows = tables.rows[table]
    extra = sorted({name for row in rows for name in row} - set(columns))
    if extra:
        tables.notices.append(f"{table}: {', '.join(extra)} left out, nothing reads it.")
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.DictWriter(text, columns, extrasaction="ignore", lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
