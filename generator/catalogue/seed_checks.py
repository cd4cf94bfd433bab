"""Whether the six seeds fit together: references resolve, and every kitchen always cooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.catalogue.records import cooks_on

if TYPE_CHECKING:
    from collections.abc import Mapping

    from common.problems import Problems
    from generator.catalogue.csv_rows import CsvRow
    from generator.catalogue.records import BrandLocation, Catalogue, Record


@dataclass(frozen=True, slots=True)
class SeedRow:
    """A row of a seed, as it is written and as a record."""

    csv: CsvRow
    record: Record

    def value(self, column: str) -> object:
        """Return the value of a column."""
        return getattr(self.record, column)


@dataclass(frozen=True, slots=True)
class SeedTable:
    """The rows of a seed.

    Attributes
    ----------
    rows
        Those that could be read, by key.
    unreadable
        Keys of the others, as they are written.
    is_whole
        Whether these are all keys that there are.
    """

    rows: Mapping[int, SeedRow]
    unreadable: frozenset[str] = frozenset()
    is_whole: bool = True

    def lacks(self, key: int) -> bool:
        """Return whether there is surely no row with a key."""
        return self.is_whole and key not in self.rows and str(key) not in self.unreadable

    @property
    def is_read(self) -> bool:
        """Return whether every row could be read."""
        return self.is_whole and not self.unreadable


@dataclass(frozen=True, slots=True)
class _Reference:
    """A column with the key of a row of another table, and the columns that both must share."""

    column: str
    table: str
    agreeing: tuple[str, ...] = ()


_BRAND = _Reference("brand_id", "brands")
_REFERENCES = {
    "menus": (_BRAND,),
    "categories": (_BRAND, _Reference("menu_id", "menus", agreeing=("brand_id",))),
    "items": (
        _BRAND,
        _Reference("menu_id", "menus"),
        _Reference("category_id", "categories", agreeing=("brand_id", "menu_id")),
    ),
    "brand_locations": (_BRAND, _Reference("location_id", "locations")),
}


def check_seeds(catalogue: Catalogue, rows: Mapping[str, SeedTable], problems: Problems) -> None:
    """Refuse seeds that contradict each other.

    What follows from a row that could not be read is no problem of its own.

    Parameters
    ----------
    catalogue
        The records of the seeds.
    rows
        The rows of each table, to name in errors.
    problems
        Is told of each.

    Raises
    ------
    UserError
        If a reference leads nowhere, two rows contradict each other, a brand has nothing to sell
        or cooks twice in one kitchen, or a kitchen has no brand; names file, line and remedy.
    """
    for table in ("menus", "categories", "items"):
        _check_references(table, rows, problems)
    if rows["items"].is_read:
        _check_every_brand_sells(catalogue, rows, problems)
    _check_references("brand_locations", rows, problems)
    _check_no_brand_cooks_twice(catalogue, rows, problems)
    if rows["brand_locations"].is_read:
        _check_every_kitchen_cooks(catalogue, rows, problems)


def _check_references(table: str, rows: Mapping[str, SeedTable], problems: Problems) -> None:
    for row in rows[table].rows.values():
        for reference in _REFERENCES[table]:
            key: int = getattr(row.record, reference.column)
            if rows[reference.table].lacks(key):
                problems.add(
                    row.csv.error(
                        reference.column,
                        f"there is no {key} in {reference.table}.csv",
                        f"use the number of a row of {reference.table}.csv or add that row",
                    )
                )
            other = rows[reference.table].rows.get(key)
            for column in reference.agreeing if other else ():
                if other and row.value(column) != other.value(column):
                    problems.add(
                        row.csv.error(
                            column,
                            f"{row.value(column)} here, but its "
                            f"{reference.column.removesuffix('_id')} on line {other.csv.line} of "
                            f"{other.csv.file.name} has {other.value(column)}",
                            "make the two agree",
                        )
                    )


def _check_every_brand_sells(
    catalogue: Catalogue, rows: Mapping[str, SeedTable], problems: Problems
) -> None:
    with_items = {item.brand_id for item in catalogue.items}
    for brand in catalogue.brands:
        if brand.brand_id not in with_items:
            problems.add(
                rows["brands"]
                .rows[brand.brand_id]
                .csv.error(
                    "brand_id",
                    f'brand {brand.brand_id} "{brand.name}" has nothing to sell',
                    "add items for it to items.csv or remove the brand from all six files",
                )
            )


def _check_no_brand_cooks_twice(
    catalogue: Catalogue, rows: Mapping[str, SeedTable], problems: Problems
) -> None:
    presences = rows["brand_locations"].rows
    seen: dict[tuple[int, int], list[BrandLocation]] = {}
    for presence in catalogue.brand_locations:
        others = seen.setdefault((presence.brand_id, presence.location_id), [])
        for other in others:
            if _overlap(presence, other):
                line = presences[other.brand_location_id].csv.line
                problems.add(
                    presences[presence.brand_location_id].csv.error(
                        "brand_id",
                        f"brand {presence.brand_id} already cooks in kitchen "
                        f"{presence.location_id} on those days (line {line})",
                        "remove one row or end the first before the second starts",
                    )
                )
        others.append(presence)


def _overlap(one: BrandLocation, other: BrandLocation) -> bool:
    first, second = sorted((one, other), key=lambda presence: presence.start_day)
    return cooks_on(first, second.start_day)


def _check_every_kitchen_cooks(
    catalogue: Catalogue, rows: Mapping[str, SeedTable], problems: Problems
) -> None:
    for location in catalogue.locations:
        present = catalogue.brands_at(location.location_id)
        # A kitchen can only lose its last brand on a day on which one leaves.
        for day in sorted({0} | {presence.end_day for presence in present if presence.end_day}):
            if not any(cooks_on(presence, day) for presence in present):
                problems.add(
                    rows["locations"]
                    .rows[location.location_id]
                    .csv.error(
                        "location_id",
                        f"no brand cooks in kitchen {location.location_code} on day {day}",
                        "give it a brand for that day in brand_locations.csv",
                    )
                )
