"""A new world that is like another: its name, its kitchens, its brands."""

from __future__ import annotations

import csv
import json
import shutil
from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any

from common.errors import UserError
from common.json_file import read_json_object
from common.paths import SEEDS
from common.storage.atomic_directory import atomic_directory
from common.vocabulary import VOCABULARY_FILE
from generator.business.check import BY_KITCHEN, check_world
from generator.business.from_templates import slug
from generator.catalogue.records import TABLES, BrandLocation, cooks_on, normalize
from generator.catalogue.seed_files import load_catalogue
from generator.catalogue.weather import WEATHER_COLUMNS, WEATHER_FILE
from generator.catalogue.word_tables import WORD_TABLES
from generator.dataset.catalogue_import import refuse_existing
from generator.world.by_kitchen import DEFAULT
from generator.world.trade import KITCHENS, SETTINGS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from generator.catalogue.records import Catalogue, Location

ANOTHER_NAME = "choose another name"
"""What to do where there is such a world already."""

_PREPARATION = "preparation.json"
_BUSINESS = "business"
_MOST_LATITUDE, _MOST_LONGITUDE = 90.0, 180.0
_PARTS = 3
_LONGEST_CODE = 32


@dataclass(frozen=True)
class Place:
    """Where a new kitchen is."""

    name: str
    lat: float
    lon: float


@dataclass(frozen=True)
class WorldOptions:
    """What a new world should be like.

    Attributes
    ----------
    like
        The world that it begins as.
    business
        Its name; ``None`` for that of the other.
    places
        Its kitchens; none for those of the other.
    brands
        How many brands of the other it has, the first ones; ``None`` for all.
    """

    like: Path
    business: str | None = None
    places: tuple[Place, ...] = ()
    brands: int | None = None


def read_place(text: str) -> Place:
    """Read a kitchen as people write it: ``Leeds,53.7997,-1.5492``.

    Raises
    ------
    UserError
        If it is not a name and a position on the globe.
    """
    parts = [part.strip() for part in text.rsplit(",", _PARTS - 1)]
    if len(parts) == _PARTS and parts[0]:
        try:
            lat, lon = float(parts[1]), float(parts[2])
        except ValueError:
            lat = lon = float("nan")
        if abs(lat) <= _MOST_LATITUDE and abs(lon) <= _MOST_LONGITUDE:
            return Place(parts[0], lat, lon)
    raise UserError(
        f'"{text}" is no kitchen; write its name, latitude and longitude, such as '
        '"Leeds,53.7997,-1.5492".'
    )


def make_world(world: Path, world_options: WorldOptions) -> Catalogue:
    """Make a new world and return it.

    Each of its kitchens works like one of the other world, in turn: orders, stations, brands,
    weather, traffic and all other settings are that kitchen's, until somebody edits them.

    Parameters
    ----------
    world
        Folder to make; there must be none yet.
    world_options
        What it should be like.

    Raises
    ------
    UserError
        If there is such a world already, or what is wished is impossible. Nothing is written then.
    """
    refuse_existing(world, ANOTHER_NAME)
    known = load_catalogue(world_options.like)
    kitchens = _kitchens(known, world_options.places)
    catalogue = _catalogue(known, kitchens, world_options.brands)
    with atomic_directory(world, ()) as staging:
        for name in TABLES:
            _write_table(staging / f"{name}.csv", name, catalogue)
        _write_weather(staging / WEATHER_FILE, known, kitchens)
        for name in WORD_TABLES:
            shutil.copyfile(world_options.like / name, staging / name)
        if world_options.business:
            _rename(staging / VOCABULARY_FILE, world_options.business)
        _write_settings(staging, world_options, kitchens, catalogue)
        problems = check_world(staging).problems
        if problems:
            raise UserError(
                f"A world like {world_options.like} would not be one: "
                f"{problems[0].replace(f'{staging}/', '')}"
            )
    return load_catalogue(world)


def _kitchens(known: Catalogue, places: Sequence[Place]) -> list[tuple[Location, Location]]:
    """Return the kitchens of the new world, each with the one that it is like."""
    if not places:
        return [(location, location) for location in known.locations]
    taken = set[str]()
    kitchens = []
    for number, place in enumerate(places):
        model = known.locations[number % len(known.locations)]
        code = slug(place.name)[:_LONGEST_CODE].rstrip("_")
        code = code if code[0].isalpha() else f"kitchen_{number + 1}"
        if code in taken or normalize(place.name) in taken:
            raise UserError(f"Two kitchens are called {place.name}; give each its own name.")
        taken |= {code, normalize(place.name)}
        location = replace(
            model,
            location_id=number + 1,
            location_code=code,
            name=place.name,
            address=f"{place.name}, {place.lat:g}, {place.lon:g}",
            lat=place.lat,
            lon=place.lon,
            narrative=f"{place.name} is new, and works like {model.name} until its tables are "
            "edited.",
        )
        kitchens.append((location, model))
    return kitchens


def _catalogue(
    known: Catalogue, kitchens: Sequence[tuple[Location, Location]], number: int | None
) -> Catalogue:
    """Return the tables of the new world."""
    if number is not None and not 1 <= number <= len(known.brands):
        raise UserError(
            f"{number} brands are impossible; there are {len(known.brands)}: take 1 to "
            f"{len(known.brands)}."
        )
    brands = known.brands[:number]
    kept = {brand.brand_id for brand in brands}
    cooking: list[BrandLocation] = []
    for location, model in kitchens:
        present = [row for row in known.brands_at(model.location_id) if row.brand_id in kept]
        days = sorted({0} | {row.end_day for row in present if row.end_day})
        if not all(any(cooks_on(row, day) for row in present) for day in days):
            # Its own brands are not among those that were asked for: all of these cook there.
            present = [
                BrandLocation(1, brand.brand_id, model.location_id, 0, None, "steady", 0.0)
                for brand in brands
            ]
        cooking += [replace(row, location_id=location.location_id) for row in present]
    return replace(
        known,
        locations=tuple(location for location, _ in kitchens),
        brands=brands,
        brand_locations=tuple(
            replace(row, brand_location_id=key) for key, row in enumerate(cooking, start=1)
        ),
        menus=tuple(row for row in known.menus if row.brand_id in kept),
        categories=tuple(row for row in known.categories if row.brand_id in kept),
        items=tuple(row for row in known.items if row.brand_id in kept),
    )


def _write_table(file: Path, name: str, catalogue: Catalogue) -> None:
    columns = [field.name for field in fields(TABLES[name])]
    rows = ([_text(getattr(row, column)) for column in columns] for row in getattr(catalogue, name))
    _write_rows(file, columns, rows)


def _write_weather(
    file: Path, known: Catalogue, kitchens: Sequence[tuple[Location, Location]]
) -> None:
    rows = (
        [
            str(location.location_id),
            *(_text(getattr(day, column)) for column in WEATHER_COLUMNS[1:]),
        ]
        for location, model in kitchens
        for day in known.weather.get(model.location_id, ())
    )
    _write_rows(file, WEATHER_COLUMNS, rows)


def _write_settings(
    staging: Path,
    world_options: WorldOptions,
    kitchens: Sequence[tuple[Location, Location]],
    catalogue: Catalogue,
) -> None:
    """Write how the new world runs: as the other one, its kitchens by their new names."""
    like = world_options.like
    codes = {location.location_code: model.location_code for location, model in kitchens}
    moved = any(code != model for code, model in codes.items())
    for name in SETTINGS:
        own = _read(like / name)
        key = BY_KITCHEN.get(name)
        values = dict(own)
        if key and (moved or key in own):
            # Without a file of its own the other world has these values of the seeds.
            written = own.get(key) or _read(SEEDS / name)[key]
            values[key] = _by_new_names(written, codes)
            if key not in own and values[key] == _read(SEEDS / name)[key]:
                values = dict(own)
        if name == _PREPARATION and "items" in own:
            ids = {str(item.id) for item in catalogue.items}
            values["items"] = {key: made for key, made in own["items"].items() if key in ids}
        if own and values == own:
            shutil.copyfile(like / name, staging / name)
        elif values:
            _write_json(staging / name, values)
    found = {DEFAULT: DEFAULT} | codes
    files = {
        code: like / KITCHENS / f"{model}.json"
        for code, model in found.items()
        if (like / KITCHENS / f"{model}.json").exists()
    }
    if files:
        (staging / KITCHENS).mkdir()
    for code, file in files.items():
        shutil.copyfile(file, staging / KITCHENS / f"{code}.json")


def _by_new_names(written: Mapping[str, Any], codes: Mapping[str, str]) -> dict[str, Any]:
    values = {code: written[model] for code, model in codes.items() if model in written}
    return values | ({DEFAULT: written[DEFAULT]} if DEFAULT in written else {})


def _rename(file: Path, business: str) -> None:
    """Give the business its name in the vocabulary."""
    with file.open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.DictReader(text))
    _write_rows(
        file,
        ("name", "word"),
        (
            [row["name"], business if row["name"].strip() == _BUSINESS else row["word"]]
            for row in rows
        ),
    )


def _read(file: Path) -> dict[str, Any]:
    return read_json_object(file, if_missing="bring it back") if file.exists() else {}


def _write_json(file: Path, values: dict[str, Any]) -> None:
    file.write_text(json.dumps(values, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def _text(value: object) -> str:
    return "" if value is None else str(value)


def _write_rows(file: Path, columns: Sequence[str], rows: Any) -> None:  # noqa: ANN401 - rows
    with file.open("w", encoding="utf-8", newline="") as text:
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(columns)
        writer.writerows(rows)


def ask_for_options(like: Path, ask: Callable[[str], str]) -> WorldOptions:
    """Ask somebody what a new world should be like.

    Parameters
    ----------
    like
        The world that it begins as.
    ask
        Shows a question and returns the answer; an empty one takes what is proposed.
    """
    known = load_catalogue(like)
    business = ask("What is the business called? [as there] ").strip() or None
    places: list[Place] = []
    while True:
        wanted = "another kitchen" if places else "a kitchen"
        proposed = "no more" if places else "those of the other world"
        text = ask(f"Where is {wanted}? Name,latitude,longitude [{proposed}] ").strip()
        if not text:
            break
        try:
            places.append(read_place(text))
        except UserError as error:
            ask(f"{error} Press Enter. ")
    number: int | None = None
    while number is None:
        text = ask(f"How many of its {len(known.brands)} brands? [all] ").strip()
        if not text:
            break
        if text.isascii() and text.isdecimal() and 1 <= int(text) <= len(known.brands):
            number = int(text)
    return WorldOptions(like, business, tuple(places), number)
