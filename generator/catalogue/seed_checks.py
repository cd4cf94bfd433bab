"""Whether the six seeds fit together: every reference leads somewhere, and every kitchen cooks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from generator.catalogue.records import cooks_on

if TYPE_CHECKING:
    from collections.abc import Mapping

    from generator.catalogue.csv_rows import Row
    from generator.catalogue.records import BrandLocation, Catalogue

    Rows = Mapping[str, Mapping[int, Row]]


@dataclass(frozen=True, slots=True)
class _Reference:
    """A column that names a row of another table, and the columns in which both must agree."""

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


def check_seeds(catalogue: Catalogue, rows: Rows) -> None:
    """Refuse seeds that contradict each other.

    Parameters
    ----------
    catalogue
        What the seeds say.
    rows
        Where they say it: the rows of each table by key.

    Raises
    ------
    UserError
        A reference leads nowhere, two rows contradict each other, a brand has nothing to sell or
        cooks twice at a time, or a kitchen is left with nobody; names file, line and remedy.
    """
    for table in ("menus", "categories", "items"):
        _check_references(table, rows)
    _check_every_brand_sells(catalogue, rows)
    _check_references("brand_locations", rows)
    _check_nobody_cooks_twice(catalogue, rows)
    _check_somebody_cooks(catalogue, rows)


def _check_references(table: str, rows: Rows) -> None:
    for row in rows[table].values():
        for reference in _REFERENCES[table]:
            number = row.key(reference.column)
            other = rows[reference.table].get(number)
            if other is None:
                raise row.error(
                    reference.column,
                    f"there is no {number} in {reference.table}.csv",
                    f"use the number of a row of {reference.table}.csv or add that row",
                )
            for column in reference.agreeing:
                if row.key(column) != other.key(column):
                    raise row.error(
                        column,
                        f"{row.values[column].strip()} here, but its "
                        f"{reference.column.removesuffix('_id')} on line {other.line} of "
                        f"{other.file.name} has {other.values[column].strip()}",
                        "make the two agree",
                    )


def _check_every_brand_sells(catalogue: Catalogue, rows: Rows) -> None:
    with_items = {item.brand_id for item in catalogue.items}
    for brand in catalogue.brands:
        if brand.brand_id not in with_items:
            raise rows["brands"][brand.brand_id].error(
                "brand_id",
                f'brand {brand.brand_id} "{brand.name}" has nothing to sell',
                "add items for it to items.csv or remove the brand from all six files",
            )


def _check_nobody_cooks_twice(catalogue: Catalogue, rows: Rows) -> None:
    seen: dict[tuple[int, int], list[BrandLocation]] = {}
    for presence in catalogue.brand_locations:
        others = seen.setdefault((presence.brand_id, presence.location_id), [])
        for other in others:
            if _overlap(presence, other):
                line = rows["brand_locations"][other.brand_location_id].line
                raise rows["brand_locations"][presence.brand_location_id].error(
                    "brand_id",
                    f"brand {presence.brand_id} already cooks in kitchen {presence.location_id} "
                    f"on those days (line {line})",
                    "remove one row or end the first before the second starts",
                )
        others.append(presence)


def _overlap(one: BrandLocation, other: BrandLocation) -> bool:
    first, second = sorted((one, other), key=lambda presence: presence.start_day)
    return cooks_on(first, second.start_day)


def _check_somebody_cooks(catalogue: Catalogue, rows: Rows) -> None:
    for location in catalogue.locations:
        present = catalogue.brands_at(location.location_id)
        # Kitchens only empty when somebody leaves: these are the only days to look at.
        for day in sorted({0} | {presence.end_day for presence in present if presence.end_day}):
            if not any(cooks_on(presence, day) for presence in present):
                raise rows["locations"][location.location_id].error(
                    "location_id",
                    f"no brand cooks in kitchen {location.location_code} on day {day}",
                    "give it a brand for that day in brand_locations.csv",
                )
