"""A world made of templates: what they lack is filled, and said."""

from __future__ import annotations

import json
import re
import shutil
from collections import Counter
from dataclasses import dataclass, field, fields
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from common.did_you_mean import did_you_mean
from common.errors import UserError
from common.json_file import checked, read_json_object
from common.paths import SEEDS
from generator.business.check import WORLD_TABLES
from generator.business.templates import BRANDS, EXTRA, INGREDIENTS, SITES, read_templates
from generator.catalogue.records import TABLES, normalize
from generator.dataset.catalogue_import import (
    BusinessTables,
    complete_tables,
    refuse_existing,
    write_business,
)
from generator.simulation.cooking.kitchen import equipment_for
from generator.simulation.cooking.recipes import Equipment, Recipe
from generator.simulation.orders.order_ids import LARGEST_LOCATION_ID
from generator.world.preparation import Preparation
from generator.world.trade import KITCHENS, SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from common.problems import Problems
    from generator.business.templates import Brand, Item, Kitchen, Site, Templates
    from generator.catalogue.records import Catalogue
    from generator.dataset.catalogue_import import ImportedBusiness

Row = dict[str, Any]

_LARGEST_KEY = 2**31 - 1
_MOST_STATIONS = 1_000
_SHARE_DIGITS = 4
_PREPARATION = "preparation.json"
_MOST_EXAMPLES = 6


def import_templates(
    folder: Path, world: Path, known: Catalogue, problems: Problems
) -> ImportedBusiness:
    """Make a world out of the templates of a folder.

    Parameters
    ----------
    folder
        Folder with ``sites/``, ``brands/`` and ``ingredients.json``.
    world
        Folder to make; there must be none yet.
    known
        A business whose kitchens say how many stations so many orders need.
    problems
        Is told of everything in the templates that cannot be used.

    Raises
    ------
    UserError
        If there is such a world already, a template cannot be used, or templates contradict each
        other. Nothing is written then.
    """
    refuse_existing(world)
    templates = read_templates(folder, problems)
    drawing = _Drawing(templates, problems)
    tables = drawing.tables()
    if problems.found:
        count = len(problems.found)
        raise UserError(
            f"{folder}: {count} {'problem' if count == 1 else 'problems'} in its templates."
        )
    complete_tables(tables, folder.name, known)

    def add_files(staging: Path) -> None:
        tables.notices += _take_extra(folder / EXTRA, staging)
        tables.notices += _write_preparation(staging, tables, drawing.recipes)

    tables.notices += _left_out(templates)
    return write_business(world, tables, add_files)


@dataclass
class _Drawing:
    """The tables of a world while they are drawn up from templates.

    Attributes
    ----------
    templates, problems
        What they are made from, and who is told what cannot be.
    recipes
        How items are made, by their ids, as the templates say it.
    notices
        What was changed.
    """

    templates: Templates
    problems: Problems
    recipes: dict[int, Recipe] = field(default_factory=dict)
    notices: list[str] = field(default_factory=list)

    def tables(self) -> BusinessTables:
        """Return the rows of the six tables, as far as the templates know them."""
        brands = self.templates.brands
        keys = _keys([brand.id for _, brand in brands])
        rows: dict[str, list[Row]] = {name: [] for name in TABLES}
        for (_, brand), key in zip(brands, keys, strict=True):
            rows["brands"].append(
                {
                    "brand_id": key,
                    "name": brand.name,
                    "cuisine_type": brand.cuisine,
                    "avg_prep_time_min": _number(brand.prep_time_min) or _usual_minutes(brand),
                }
            )
        self._add_menus(rows, keys)
        self._add_kitchens(rows, keys)
        return BusinessTables(rows, self.notices)

    def _add_menus(self, rows: dict[str, list[Row]], brand_keys: Sequence[int]) -> None:
        """Add menus, sections and items, numbered in order if they have no numbers of their own."""
        menus: list[tuple[str | None, Row]] = []
        categories: list[tuple[str | None, Row]] = []
        items: list[tuple[Item, Row]] = []
        for (_, brand), brand_key in zip(self.templates.brands, brand_keys, strict=True):
            for menu in brand.all_menus():
                row: Row = {"brand_id": brand_key, "name": menu.name}
                menus.append((menu.id, row))
                sections = [(each.id, each.name, each.items) for each in menu.categories]
                loose: dict[str, list[Item]] = {}
                for item in menu.items:
                    loose.setdefault(item.category or "Menu", []).append(item)
                sections += [(None, name, found) for name, found in loose.items()]
                for key, name, found in sections:
                    section: Row = {"menu": row, "brand_id": brand_key, "name": name}
                    categories.append((key, section))
                    items += [(item, {"section": section, "menu": row}) for item in found]
        for number, (_, row) in zip(_keys([key for key, _ in menus]), menus, strict=True):
            rows["menus"].append(row)
            row["id"] = number
        section_keys = _keys([key for key, _ in categories])
        for number, (_, row) in zip(section_keys, categories, strict=True):
            row["id"], row["menu_id"] = number, row.pop("menu")["id"]
            rows["categories"].append(row)
        for number, (item, row) in zip(_keys([item.id for item, _ in items]), items, strict=True):
            section, menu = row["section"], row["menu"]
            rows["items"].append(
                {
                    "id": number,
                    "category_id": section["id"],
                    "menu_id": menu["id"],
                    "brand_id": menu["brand_id"],
                    "name": item.name,
                    "price": item.price_cents / 100 if item.price is None else item.price,  # type: ignore[operator]
                }
            )
            recipe = self._recipe(item)
            if recipe:
                self.recipes[number] = recipe

    def _recipe(self, item: Item) -> Recipe | None:
        """Return how an item is made: the part of its seconds at a workstation, and the rest."""
        steps = item.recipe.steps if item.recipe else []
        seconds = Counter[str]()
        for step in steps:
            seconds[step.station] += step.seconds  # type: ignore[assignment]  # parts of seconds
        total = sum(seconds.values())
        if total <= 0:
            return None
        if seconds["oven"] and seconds["stove"]:
            self.notices.append(
                f"{item.name} is in an oven and on a stove: all of that counts as where it is "
                "longer."
            )
        heat = Equipment.OVEN if seconds["oven"] >= seconds["stove"] else Equipment.STOVE
        share = round(float(seconds["workstation"] / total), _SHARE_DIGITS)
        return Recipe(share, Equipment.WORKSTATION if share >= 1 else heat)

    def _add_kitchens(self, rows: dict[str, list[Row]], brand_keys: Sequence[int]) -> None:
        kitchens = [
            (file, site, kitchen)
            for file, site in self.templates.sites
            for kitchen in site.kitchens or [site]
        ]
        keys = _keys([kitchen.id for *_, kitchen in kitchens], LARGEST_LOCATION_ID)
        names = _names(kitchens)
        places: list[tuple[str | None, Row]] = []
        for (file, site, kitchen), key, name in zip(kitchens, keys, names, strict=True):
            where = f"{self.templates.folder / SITES / file}.json: {name}"
            lat, lon = (kitchen.lat, kitchen.lon)
            if lat is None or lon is None:
                lat, lon = site.lat, site.lon
            if lat is None or lon is None:
                self.problems.add(UserError(f"{where} has no position; give it lat and lon."))
            alone = kitchen is site or len(site.kitchens) == 1
            rows["locations"].append(
                {
                    "location_id": key,
                    "location_code": kitchen.code or (site.code if alone else None),
                    "name": name,
                    "address": kitchen.address or site.address,
                    "lat": _number(lat),
                    "lon": _number(lon),
                    "radius_mi": _number(_first(kitchen.radius_mi, site.radius_mi)),
                    "stations": self._positions(name, kitchen, site),
                    "base_orders_day": _number(_first(kitchen.orders_a_day, site.orders_a_day)),
                    "growth_rate_daily": _number(
                        _first(kitchen.growth_rate_daily, site.growth_rate_daily)
                    ),
                    "narrative": kitchen.narrative or site.narrative,
                }
            )
            cooking = site.brands if kitchen.brands is None else kitchen.brands
            for each in cooking or ():
                brand = self._brand(each.brand, brand_keys, where)
                if brand is None:
                    continue
                place: Row = {
                    "brand_id": brand,
                    "location_id": key,
                    "start_day": each.start_day,
                    "end_day": each.end_day,
                    "trajectory": each.trajectory,
                    "growth_rate_monthly": _number(each.growth_rate_monthly),
                }
                places.append((each.id, place))
        for key, (_, row) in zip(_keys([key for key, _ in places]), places, strict=True):
            rows["brand_locations"].append({"brand_location_id": key} | row)
        for table, record in TABLES.items():
            rows[table].sort(key=itemgetter(fields(record)[0].name))

    def _brand(self, named: str, keys: Sequence[int], where: str) -> int | None:
        """Return the brand that a kitchen names by key, name or file."""
        for (file, brand), key in zip(self.templates.brands, keys, strict=True):
            if named in (brand.id, file) or normalize(named) == normalize(brand.name):
                return key
        known = did_you_mean(named, [brand.name for _, brand in self.templates.brands])
        self.problems.add(
            UserError(f"{where}: there is no brand {named} in {BRANDS}/{known}; name one of these.")
        )
        return None

    def _positions(self, name: str, kitchen: Kitchen, site: Site) -> int | None:
        """Return how many orders can be cooked at once, if the template says it or its stations."""
        given: int | None = _first(kitchen.cooking_positions, site.cooking_positions)
        stations = kitchen.stations or site.stations
        if given is not None or not stations:
            return given
        counts = Counter[str]()
        for station in stations:
            counts[station.type] += station.count
        recipes = tuple(self.recipes.values()) or (Recipe(1.0, Equipment.WORKSTATION),)

        def fits(positions: int) -> bool:
            needed = equipment_for(positions, recipes)
            return all(needed[kind] <= counts[kind.name.lower()] for kind in Equipment)

        positions = 1
        while positions < _MOST_STATIONS and fits(positions + 1):
            positions += 1
        told = ", ".join(f"{number} {kind}" for kind, number in sorted(counts.items()))
        self.notices.append(
            f"{name}: {told} are enough for {positions} orders at once, which is its stations; "
            "the equipment of a kitchen follows from these."
        )
        return positions


def _write_preparation(
    staging: Path, tables: BusinessTables, recipes: dict[int, Recipe]
) -> Iterable[str]:
    """Write how items are made, unless a file that is there says the same."""
    if not recipes:
        return ()
    cuisines = {row["brand_id"]: row["cuisine_type"] for row in tables.rows["brands"]}
    cuisine_of = {row["id"]: cuisines[row["brand_id"]] for row in tables.rows["items"]}
    values = read_json_object(SEEDS / _PREPARATION, if_missing="bring it back")
    file = staging / _PREPARATION
    if file.exists():
        values |= read_json_object(file, if_missing="bring it back")
    said = checked(Preparation, values, file)
    if all(_same(said.recipe_of(cuisine_of[key], key), made) for key, made in recipes.items()):
        return ()
    names: dict[Recipe, str] = {
        recipe: _name_of(recipe) for recipe in dict.fromkeys(recipes.values())
    }
    own = {name: _written(recipe) for recipe, name in names.items()}
    items = {str(item): names[recipe] for item, recipe in sorted(recipes.items())}
    preparation: dict[str, Any]
    if recipes.keys() >= cuisine_of.keys():
        usual = Counter(items.values()).most_common(1)[0][0]
        preparation = {"recipes": own, "cuisines": {}, "default": [usual], "items": items}
    else:
        # What has no recipe is made as its kind of cooking is elsewhere.
        preparation = {"recipes": values["recipes"] | own, "items": items}
    file.write_text(json.dumps(preparation, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    lacking = len(cuisine_of) - len(recipes)
    if not lacking:
        return ()
    return (f"{lacking} of {len(cuisine_of)} items have no steps: made as others of their kind.",)


def _same(one: Any, other: Recipe) -> bool:  # noqa: ANN401 - a recipe of a file
    heat = other.heat.name.lower() if other.preparing < 1 else one.then
    return (
        round(one.workstation, _SHARE_DIGITS) == other.preparing
        and (one.then if one.workstation < 1 else heat) == heat
    )


def _name_of(recipe: Recipe) -> str:
    if recipe.preparing >= 1:
        return "workstation"
    return f"{recipe.heat.name.lower()} after {recipe.preparing:.2%} at a workstation"


def _written(recipe: Recipe) -> dict[str, Any]:
    if recipe.preparing >= 1:
        return {"workstation": 1.0}
    return {"workstation": recipe.preparing, "then": recipe.heat.name.lower()}


def _take_extra(extra: Path, staging: Path) -> Iterable[str]:
    """Take what `world export` has put beside the templates, and say so."""
    names = [name for name in (*WORLD_TABLES, *SETTINGS) if (extra / name).is_file()]
    # The six tables are what the templates say.
    names = [name for name in names if name.removesuffix(".csv") not in TABLES]
    for name in names:
        shutil.copyfile(extra / name, staging / name)
    kitchens = sorted((extra / KITCHENS).glob("*.json"))
    if kitchens:
        (staging / KITCHENS).mkdir()
    for file in kitchens:
        shutil.copyfile(file, staging / KITCHENS / file.name)
    taken = [*names, *(f"{KITCHENS}/{file.name}" for file in kitchens)]
    return (f"Taken from {EXTRA}/: {', '.join(taken)}.",) if taken else ()


def _left_out(templates: Templates) -> Iterable[str]:
    """Say what of the templates nothing reads."""
    for kind, found in ((SITES, templates.sites), (BRANDS, templates.brands)):
        extras = Counter(key for _, template in found for key in template.extras())
        if extras:
            told = ", ".join(sorted(extras))
            yield f"{kind}: {told} left out, nothing reads it."
    with_ingredients = sum(
        bool(item.recipe and item.recipe.ingredients) for item in _items(templates)
    )
    if with_ingredients or templates.ingredients:
        known = len(templates.ingredients or ())
        yield (
            f"{known} ingredients of {INGREDIENTS}, and what {with_ingredients} recipes take of "
            "them, left out: a world has no stock."
        )


def _items(templates: Templates) -> Iterable[Item]:
    for _, brand in templates.brands:
        for menu in brand.all_menus():
            yield from menu.items
            for category in menu.categories:
                yield from category.items


def _usual_minutes(brand: Brand) -> float | None:
    """Return the mean minutes that the steps of a brand's items take."""
    seconds = [
        float(sum(step.seconds for step in item.recipe.steps))
        for menu in brand.all_menus()
        for items in (menu.items, *(category.items for category in menu.categories))
        for item in items
        if item.recipe and item.recipe.steps
    ]
    minutes = sum(seconds) / len(seconds) / 60.0 if seconds else 0.0
    return round(minutes, 2) or None


def _names(kitchens: Sequence[tuple[str, Site, Kitchen]]) -> list[str]:
    """Return the names of kitchens: their own, or the site's where it has one kitchen."""
    names = []
    for file, site, kitchen in kitchens:
        place = site.name or file.replace("_", " ").title()
        alone = kitchen is site or len(site.kitchens) == 1
        number = 1 if kitchen is site else site.kitchens.index(kitchen) + 1
        names.append(kitchen.name or (place if alone else f"{place} {number}"))
    counts = Counter(map(normalize, names))
    return [
        f"{site.name or file.title()} {name}" if counts[normalize(name)] > 1 else name
        for name, (file, site, _) in zip(names, kitchens, strict=True)
    ]


def _keys(written: Sequence[str | None], largest: int = _LARGEST_KEY) -> list[int]:
    """Return whole numbers for rows: their own if all have one, otherwise in order."""
    numbers = [int(key) for key in written if key and key.isascii() and key.isdecimal()]
    is_usable = len(numbers) == len(written) == len(set(numbers))
    if is_usable and all(1 <= number <= largest for number in numbers):
        return numbers
    return list(range(1, len(written) + 1))


def _first(*values: Any) -> Any:  # noqa: ANN401 - of any type
    return next((value for value in values if value is not None), None)


def _number(value: float | None) -> float | int | None:
    """Return a number as it is written: whole ones without a point."""
    if value is None:
        return None
    return int(value) if float(value).is_integer() else float(value)


def slug(text: str) -> str:
    """Return a name for a file: small letters, digits and underscores."""
    return re.sub(r"[^a-z0-9]+", "_", text.casefold()).strip("_") or "unnamed"
