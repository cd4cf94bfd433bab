"""The business as records: kitchens, brands, menus and items, and what each value may be.

``seed_files.py`` reads them from CSV and checks every value against its annotation;
``business_tables.py`` writes them. A record that a program makes itself is not checked.
"""

# Annotations are evaluated here, not postponed: pydantic reads them.
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints

from generator.catalogue.seed_values import (
    blank_to_none,
    check_after_start,
    check_decimal_number,
    check_digits,
    check_price,
    strip,
)

_LARGEST_KEY = 2**31 - 1

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Code = Annotated[_Text, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
_Whole = Annotated[int, BeforeValidator(check_digits)]
_Number = Annotated[float, BeforeValidator(check_decimal_number), Field(allow_inf_nan=False)]
_Price = Annotated[Decimal, BeforeValidator(check_price)]
_Key = Annotated[_Whole, Field(ge=1, le=_LARGEST_KEY)]
_Day = Annotated[_Whole, Field(ge=0, le=100_000)]
_EndDay = Annotated[_Day | None, BeforeValidator(blank_to_none), AfterValidator(check_after_start)]

Trajectory = Annotated[
    Literal["growing", "steady", "declining", "launching", "leaving"], BeforeValidator(strip)
]


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
        What happens there during the simulated days, for people.
    """

    location_id: _Key
    location_code: _Code
    name: _Text
    address: _Text
    lat: Annotated[_Number, Field(ge=-90, le=90)]
    lon: Annotated[_Number, Field(ge=-180, le=180)]
    radius_mi: Annotated[_Number, Field(gt=0, le=50)]
    stations: Annotated[_Whole, Field(ge=1, le=1_000)]
    base_orders_day: Annotated[_Whole, Field(ge=1, le=100_000)]
    growth_rate_daily: Annotated[_Number, Field(gt=-1, le=1)]
    narrative: _Text


@dataclass(frozen=True, slots=True)
class Brand:
    """One brand (``brands.csv``); ``avg_prep_time_min`` is its mean cooking time in minutes."""

    brand_id: _Key
    name: _Text
    cuisine_type: _Text
    avg_prep_time_min: Annotated[_Number, Field(gt=0, le=240)]


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
        The story in a word.
    growth_rate_monthly
        Growth of its weight among the brands of the kitchen per 30 days, as a fraction: on day
        ``d`` it weighs ``(1 + rate) ** ((d - start_day) / 30)``. The location decides how many
        orders there are in all.
    """

    brand_location_id: _Key
    brand_id: _Key
    location_id: _Key
    start_day: _Day
    end_day: _EndDay
    trajectory: Trajectory
    growth_rate_monthly: Annotated[_Number, Field(gt=-1, le=10)]


@dataclass(frozen=True, slots=True)
class Menu:
    """One menu (``menus.csv``)."""

    id: _Key
    brand_id: _Key
    name: _Text


@dataclass(frozen=True, slots=True)
class Category:
    """One section of a menu (``categories.csv``)."""

    id: _Key
    menu_id: _Key
    brand_id: _Key
    name: _Text


@dataclass(frozen=True, slots=True)
class Item:
    """One dish or drink (``items.csv``); ``price`` in dollars, exact."""

    id: _Key
    category_id: _Key
    menu_id: _Key
    brand_id: _Key
    name: _Text
    price: _Price

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
        """Return the kitchen with this code or name; case, spaces and punctuation are ignored."""
        wanted = normalize(code_or_name)
        for location in self.locations:
            if wanted in (normalize(location.location_code), normalize(location.name)):
                return location
        return None

    def brands_at(self, location_id: int) -> tuple[BrandLocation, ...]:
        """Return every brand that cooks in a kitchen at any time, in the order of the keys."""
        return tuple(row for row in self.brand_locations if row.location_id == location_id)

    def items_of(self, brand_id: int) -> tuple[Item, ...]:
        """Return the items of a brand, in the order of their ids."""
        return tuple(item for item in self.items if item.brand_id == brand_id)


def normalize(text: str) -> str:
    """Return the letters and digits of a code or name in lower case, for comparisons."""
    return "".join(character for character in text.casefold() if character.isalnum())


def cooks_on(presence: BrandLocation, day: int) -> bool:
    """Return whether a brand cooks in its kitchen on a day."""
    return presence.start_day <= day and (presence.end_day is None or day < presence.end_day)


Record = Location | Brand | BrandLocation | Menu | Category | Item

# By field of the catalogue and name of file; a record's fields are the columns, the first its key.
TABLES: dict[str, type[Record]] = {
    "locations": Location,
    "brands": Brand,
    "brand_locations": BrandLocation,
    "menus": Menu,
    "categories": Category,
    "items": Item,
}
