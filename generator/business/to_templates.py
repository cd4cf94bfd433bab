"""A world written as templates: what these have no place for is beside them, and said."""

from __future__ import annotations

import json
import shutil
from typing import TYPE_CHECKING, Any

from common.errors import UserError
from common.storage.atomic_directory import atomic_directory
from generator.business.check import WORLD_TABLES
from generator.business.from_templates import slug
from generator.business.templates import BRANDS, EXTRA, INGREDIENTS, SITES
from generator.catalogue.records import TABLES
from generator.catalogue.seed_files import load_catalogue
from generator.simulation.cooking.kitchen import equipment_for
from generator.simulation.cooking.recipes import Equipment, recipe_of
from generator.world.trade import KITCHENS, SETTINGS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from generator.catalogue.records import Brand, Catalogue, Item, Location

_EQUIPMENT_FOLLOWS = (
    "Workstations, ovens and stoves of a kitchen follow from its stations and recipes: they are "
    "written, and not read again where cooking_positions are."
)
_SECONDS_A_MINUTE = 60.0
_DIGITS = 3


def export_templates(world: Path, out: Path) -> tuple[str, ...]:
    """Write a world as templates, all at once.

    Parameters
    ----------
    world
        The folder of the world.
    out
        Folder to make; it must be empty or not be there.

    Returns
    -------
    What templates cannot carry, a sentence each.

    Raises
    ------
    UserError
        If the world cannot be read, or the folder holds something.
    """
    catalogue = load_catalogue(world)
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise UserError(f"{out} holds something already; choose a new folder with --out.")
    with atomic_directory(out, ()) as folder:
        for name in (SITES, BRANDS):
            (folder / name).mkdir()
        for location in catalogue.locations:
            _write(folder / SITES / f"{location.location_code}.json", _site(catalogue, location))
        names = [slug(brand.name) for brand in catalogue.brands]
        for brand, name in zip(catalogue.brands, names, strict=True):
            file = name if names.count(name) == 1 else f"{name}_{brand.brand_id}"
            _write(folder / BRANDS / f"{file}.json", _brand(catalogue, brand))
        _write(folder / INGREDIENTS, {"ingredients": []})
        return (
            "A world knows no ingredients: ingredients.json is empty, and recipes name none.",
            _EQUIPMENT_FOLLOWS,
            *_copy_extra(world, folder / EXTRA),
        )


def _site(catalogue: Catalogue, location: Location) -> dict[str, Any]:
    recipes = tuple(
        recipe_of(catalogue.trade.preparation, brand.cuisine_type, item)
        for brand in catalogue.brands
        for item in catalogue.items_of(brand.brand_id)
    )
    counts = equipment_for(location.stations, recipes)
    return {
        "name": location.name,
        "code": location.location_code,
        "lat": location.lat,
        "lon": location.lon,
        "kitchens": [
            {
                "id": location.location_id,
                "name": location.name,
                "code": location.location_code,
                "address": location.address,
                "lat": location.lat,
                "lon": location.lon,
                "radius_mi": location.radius_mi,
                "cooking_positions": location.stations,
                "stations": [
                    {"type": kind.name.lower(), "count": counts[kind]} for kind in Equipment
                ],
                "orders_a_day": location.base_orders_day,
                "growth_rate_daily": location.growth_rate_daily,
                "narrative": location.narrative,
                "brands": [
                    {
                        "id": place.brand_location_id,
                        "brand": place.brand_id,
                        "start_day": place.start_day,
                        "end_day": place.end_day,
                        "trajectory": place.trajectory,
                        "growth_rate_monthly": place.growth_rate_monthly,
                    }
                    for place in catalogue.brands_at(location.location_id)
                ],
            }
        ],
    }


def _brand(catalogue: Catalogue, brand: Brand) -> dict[str, Any]:
    return {
        "id": brand.brand_id,
        "name": brand.name,
        "cuisine": brand.cuisine_type,
        "prep_time_min": brand.avg_prep_time_min,
        "menus": [
            {
                "id": menu.id,
                "name": menu.name,
                "categories": [
                    {
                        "id": category.id,
                        "name": category.name,
                        "items": [
                            _item(catalogue, brand, item)
                            for item in catalogue.items
                            if item.category_id == category.id
                        ],
                    }
                    for category in catalogue.categories
                    if category.menu_id == menu.id
                ],
            }
            for menu in catalogue.menus
            if menu.brand_id == brand.brand_id
        ],
    }


def _item(catalogue: Catalogue, brand: Brand, item: Item) -> dict[str, Any]:
    recipe = recipe_of(catalogue.trade.preparation, brand.cuisine_type, item)
    total = brand.avg_prep_time_min * _SECONDS_A_MINUTE
    steps = [("workstation", recipe.preparing * total)]
    if recipe.preparing < 1:
        steps.append((recipe.heat.name.lower(), (1 - recipe.preparing) * total))
    return {
        "id": item.id,
        "name": item.name,
        "price": str(item.price),
        "recipe": {
            "ingredients": [],
            "steps": [
                {"station": station, "seconds": round(seconds, _DIGITS)}
                for station, seconds in steps
                if seconds > 0
            ],
        },
    }


def _copy_extra(world: Path, extra: Path) -> Iterable[str]:
    """Copy what templates have no place for as it is, and say so."""
    names = [
        name
        for name in (*WORLD_TABLES, *SETTINGS)
        if name.removesuffix(".csv") not in TABLES and (world / name).is_file()
    ]
    kitchens = sorted((world / KITCHENS).glob("*.json"))
    (extra / KITCHENS if kitchens else extra).mkdir(parents=True)
    for name in names:
        shutil.copyfile(world / name, extra / name)
    for file in kitchens:
        shutil.copyfile(file, extra / KITCHENS / file.name)
    told = ", ".join([*names, *(f"{KITCHENS}/{file.name}" for file in kitchens)])
    notice = (
        f"Templates have no place for {told}: they are in {EXTRA}/ as they were, where "
        "`world import` looks for them and nothing else does."
    )
    return (notice,)


def _write(file: Path, content: dict[str, Any]) -> None:
    file.write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
