"""Templates of a world: JSON files of sites with kitchens, of brands with menus, of ingredients.

::

    sites/*.json        places with kitchens, these with stations: workstation, oven, stove
    brands/*.json       brands with menus, items and how they are made
    ingredients.json    what is in them

Engines that begin with such templates differ in how they write them, so this reads what may
reasonably be meant (docs/worlds.md): several names for one thing, numbers or texts as keys;
whatever else is in them is left out, and said.
"""

# Annotations are evaluated here, not postponed: pydantic reads them.
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Literal, TypeVar

from pydantic import (
    AliasChoices,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    model_validator,
)

from common.errors import UserError
from common.problems import Problems
from common.storage import place
from common.storage.fetched import fetched
from common.text_file import open_text

SITES, BRANDS, INGREDIENTS = "sites", "brands", "ingredients.json"
EXTRA = "world"
"""The folder beside them of what templates have no place for, as `world export` writes it."""

StationType = Literal["workstation", "oven", "stove"]
_SECONDS_A_MINUTE = 60.0


def _as_key(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return a key as text: numbers and UUIDs are keys alike."""
    is_number = isinstance(value, int) and not isinstance(value, bool)
    return str(value) if is_number else value


def _as_type(value: Any) -> Any:  # noqa: ANN401 - JSON
    if not isinstance(value, str):
        return value
    word = value.casefold().replace("_", "").replace(" ", "").replace("-", "")
    return word.removesuffix("s")


def _as_list(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return what is one thing or an object by key as a list of things."""
    if isinstance(value, dict) and value and all(isinstance(each, dict) for each in value.values()):
        return [{"id": key} | each for key, each in value.items()]
    return value


_Key = Annotated[str, BeforeValidator(_as_key), Field(min_length=1)]
_Text = Annotated[str, Field(min_length=1)]
_Lat = Annotated[float, Field(ge=-90, le=90)]
_Lon = Annotated[float, Field(ge=-180, le=180)]


class Template(BaseModel):
    """Part of a template; keys that are not known are kept, to be named."""

    model_config = ConfigDict(
        extra="allow", populate_by_name=True, str_strip_whitespace=True, allow_inf_nan=False
    )

    id: _Key | None = Field(default=None, validation_alias=AliasChoices("id", "uuid", "key"))

    def extras(self) -> Iterator[str]:
        """Yield the keys that nothing reads, here and below."""
        yield from self.model_extra or ()
        for name in type(self).model_fields:
            value = getattr(self, name)
            for each in value if isinstance(value, list) else (value,):
                if isinstance(each, Template):
                    yield from each.extras()


class Station(Template):
    """One or more stations of a type."""

    type: Annotated[StationType, BeforeValidator(_as_type)] = Field(
        validation_alias=AliasChoices("type", "station_type", "kind")
    )
    count: Annotated[int, Field(ge=0, le=10_000)] = Field(
        default=1, validation_alias=AliasChoices("count", "number", "quantity")
    )
    name: str | None = None


class BrandOfKitchen(Template):
    """A brand that cooks in a kitchen, and when."""

    brand: _Key = Field(validation_alias=AliasChoices("brand", "brand_id", "name"))
    start_day: int | None = None
    end_day: int | None = None
    trajectory: str | None = None
    growth_rate_monthly: float | None = None


def _as_brand(value: Any) -> Any:  # noqa: ANN401 - JSON
    if isinstance(value, dict) and not {"brand", "brand_id", "name"} & value.keys():
        return {"brand": value.get("id")} | value
    return value if isinstance(value, dict) else {"brand": value}


def _as_stations(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return ``{"oven": 2}`` and ``["oven", "oven"]`` as stations."""
    if isinstance(value, dict):
        if all(isinstance(each, int) for each in value.values()):
            return [{"type": kind, "count": count} for kind, count in value.items()]
        return _as_list(value)
    if isinstance(value, list):
        return [{"type": each} if isinstance(each, str) else each for each in value]
    return value


class _Place(Template):
    """Something with a name and a place."""

    name: _Text | None = None
    code: str | None = Field(default=None, validation_alias=AliasChoices("code", "location_code"))
    address: str | None = None
    lat: _Lat | None = Field(default=None, validation_alias=AliasChoices("lat", "latitude"))
    lon: _Lon | None = Field(default=None, validation_alias=AliasChoices("lon", "lng", "longitude"))

    @model_validator(mode="before")
    @classmethod
    def _flatten(cls, value: Any) -> Any:  # noqa: ANN401 - JSON
        """Take a position that is written as an object or as two numbers, an address in parts."""
        if not isinstance(value, dict):
            return value
        flat = dict(value)
        for name in ("position", "coordinates", "location"):
            inner = flat.get(name)
            if isinstance(inner, dict):
                flat = {key: each for key, each in flat.items() if key != name}
                flat = inner | flat
            elif isinstance(inner, list) and len(inner) == 2:  # noqa: PLR2004  # lat, lon
                flat.pop(name)
                flat = {"lat": inner[0], "lon": inner[1]} | flat
        if isinstance(flat.get("address"), dict):
            flat["address"] = " ".join(str(part) for part in flat["address"].values())
        return flat


class Kitchen(_Place):
    """A kitchen of a site."""

    stations: Annotated[list[Station], BeforeValidator(_as_stations)] = []
    brands: list[Annotated[BrandOfKitchen, BeforeValidator(_as_brand)]] | None = None
    cooking_positions: int | None = Field(
        default=None, validation_alias=AliasChoices("cooking_positions", "positions")
    )
    radius_mi: float | None = Field(
        default=None,
        validation_alias=AliasChoices("radius_mi", "delivery_radius_mi"),
    )
    orders_a_day: float | None = Field(
        default=None, validation_alias=AliasChoices("orders_a_day", "orders_day", "base_orders_day")
    )
    growth_rate_daily: float | None = None
    narrative: str | None = Field(
        default=None, validation_alias=AliasChoices("narrative", "description", "story")
    )


class Site(Kitchen):
    """A place with kitchens; without any it is a kitchen itself."""

    kitchens: Annotated[list[Kitchen], BeforeValidator(_as_list)] = []


class Step(Template):
    """A step of a recipe."""

    station: Annotated[StationType, BeforeValidator(_as_type)] = Field(
        validation_alias=AliasChoices("station", "station_type", "type", "equipment")
    )
    seconds: Annotated[float, Field(ge=0, le=86_400)] = Field(
        validation_alias=AliasChoices("seconds", "duration_seconds", "duration", "time_seconds")
    )
    name: str | None = None

    @model_validator(mode="before")
    @classmethod
    def _from_minutes(cls, value: Any) -> Any:  # noqa: ANN401 - JSON
        if not isinstance(value, dict):
            return value
        for name in ("minutes", "duration_minutes"):
            if isinstance(value.get(name), (int, float)):
                rest = {key: each for key, each in value.items() if key != name}
                return {"seconds": value[name] * _SECONDS_A_MINUTE} | rest
        return value


class Recipe(Template):
    """How an item is made, and of what."""

    steps: list[Step] = []
    ingredients: list[Any] = []


def _as_recipe(value: Any) -> Any:  # noqa: ANN401 - JSON
    return {"steps": value} if isinstance(value, list) else value


class Item(Template):
    """What is sold."""

    name: _Text
    price: Decimal | None = Field(default=None, ge=0)
    price_cents: int | None = Field(default=None, ge=0)
    category: str | None = Field(default=None, validation_alias=AliasChoices("category", "section"))
    recipe: Annotated[Recipe | None, BeforeValidator(_as_recipe)] = Field(
        default=None, validation_alias=AliasChoices("recipe", "steps")
    )

    @model_validator(mode="after")
    def _has_a_price(self) -> "Item":
        if self.price is None and self.price_cents is None:
            raise ValueError("it has no price; write price or price_cents")
        return self


class Category(Template):
    """A section of a menu."""

    name: _Text
    items: Annotated[list[Item], BeforeValidator(_as_list)] = []


class Menu(Template):
    """A menu of a brand."""

    name: str | None = None
    categories: Annotated[list[Category], BeforeValidator(_as_list)] = Field(
        default=[], validation_alias=AliasChoices("categories", "sections")
    )
    items: Annotated[list[Item], BeforeValidator(_as_list)] = []


def _as_menus(value: Any) -> Any:  # noqa: ANN401 - JSON
    """Return one menu, or its items alone, as a list of menus."""
    if isinstance(value, dict) and {"items", "categories", "sections"} & value.keys():
        return [value]
    value = _as_list(value)
    if isinstance(value, list) and any(
        isinstance(each, dict) and {"price", "price_cents"} & each.keys() for each in value
    ):
        return [{"items": value}]
    return value


class Brand(Template):
    """Who sells."""

    name: _Text
    cuisine: str | None = Field(
        default=None, validation_alias=AliasChoices("cuisine", "cuisine_type", "type")
    )
    prep_time_min: float | None = Field(
        default=None, validation_alias=AliasChoices("prep_time_min", "avg_prep_time_min")
    )
    menus: Annotated[list[Menu], BeforeValidator(_as_menus)] = Field(
        default=[], validation_alias=AliasChoices("menus", "menu")
    )
    categories: Annotated[list[Category], BeforeValidator(_as_list)] = []
    items: Annotated[list[Item], BeforeValidator(_as_list)] = []

    def all_menus(self) -> list[Menu]:
        """Return its menus; what stands in the brand itself is one more."""
        if not self.categories and not self.items:
            return self.menus
        return [*self.menus, Menu(categories=self.categories, items=self.items)]


class Ingredient(Template):
    """What is in something."""

    name: str | None = None


@dataclass(frozen=True)
class Templates:
    """All templates of a folder, as they are written.

    Attributes
    ----------
    folder
        The folder.
    sites, brands
        By the names of their files.
    ingredients
        ``None`` without a file of them.
    """

    folder: Path
    sites: tuple[tuple[str, Site], ...]
    brands: tuple[tuple[str, Brand], ...]
    ingredients: tuple[Ingredient, ...] | None


@contextmanager
def open_templates(source: str) -> Iterator[Path]:
    """Have the folder of templates on this machine, as long as they are read.

    Parameters
    ----------
    source
        A folder, or the address of one in an object store.

    Raises
    ------
    UserError
        If there is no such folder, or the object store cannot be read.
    """
    with tempfile.TemporaryDirectory(prefix="caspers-") as scratch:
        folder = fetched(place(source), Path(scratch) / "templates")
        if not folder.is_dir():
            raise UserError(f"{folder} is no folder; name one with {SITES}/ and {BRANDS}/.")
        yield folder


def read_templates(folder: Path, problems: Problems) -> Templates:
    """Read all templates of a folder.

    Parameters
    ----------
    folder
        The folder.
    problems
        Is told of every file, key and value that cannot be used.

    Raises
    ------
    UserError
        If there are no sites or no brands.
    """
    sites = _read_all(folder / SITES, Site, problems)
    brands = _read_all(folder / BRANDS, Brand, problems)
    ingredients: tuple[Ingredient, ...] | None = None
    if (folder / INGREDIENTS).exists():
        read = _read(folder / INGREDIENTS, Ingredient, problems, wrapped="ingredients")
        ingredients = tuple(read)
    return Templates(folder, sites, brands, ingredients)


T = TypeVar("T", bound=Template)


def _read_all(folder: Path, model: type[T], problems: Problems) -> tuple[tuple[str, T], ...]:
    files = sorted(folder.glob("*.json"))
    if not files:
        raise UserError(f"{folder} has no *.json; write one for each of the {folder.name}.")
    return tuple(
        (file.stem, each)
        for file in files
        for each in _read(file, model, problems, wrapped=folder.name)
    )


def _read(file: Path, model: type[T], problems: Problems, *, wrapped: str) -> list[T]:
    """Read a file of one template, or of a list of them, alone or under a key of that name."""
    with open_text(file, if_missing="bring it back") as text:
        content = text.read()
    try:
        written = json.loads(content, parse_float=Decimal)
    except json.JSONDecodeError as error:
        problems.add(
            UserError(f"{file}, line {error.lineno}: not JSON ({error.msg}); fix it there."), error
        )
        return []
    if isinstance(written, dict) and set(written) == {wrapped}:
        written = written[wrapped]
    if isinstance(written, dict) and model is Ingredient:
        written = [
            {"id": key} | (each if isinstance(each, dict) else {"name": str(each)})
            for key, each in written.items()
        ]
    listed = written if isinstance(written, list) else [written]
    found: list[T] = []
    for number, each in enumerate(listed):
        value = {"name": each} if model is Ingredient and isinstance(each, str) else each
        try:
            found.append(model.model_validate(value))
        except ValidationError as error:
            where = f"[{number}]" if isinstance(written, list) else ""
            for detail in error.errors():
                path = where + "".join(
                    f"[{step}]" if isinstance(step, int) else f".{step}" for step in detail["loc"]
                )
                message = detail["msg"].removeprefix("Value error, ")
                problems.add(
                    UserError(f"{file}: {path.removeprefix('.') or 'the file'}: {message}."), error
                )
    return found
