"""The business as records: kitchens, brands, menus and items, and what each value may be.

``seed_files.py`` reads them from CSV and checks every value against its annotation;
``business_tables.py`` writes them. A record that a program makes itself is not checked.
"""

# Annotations are evaluated here, not postponed: pydantic reads them.
from collections.abc import Mapping
from dataclasses import dataclass, field
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
from generator.world.trade import Trade, usual_trade

_LARGEST_KEY = 2**31 - 1

_Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
_Code = Annotated[_Text, StringConstraints(pattern=r"^[a-z][a-z0-9_-]{0,31}$")]
Whole = Annotated[int, BeforeValidator(check_digits)]
Number = Annotated[float, BeforeValidator(check_decimal_number), Field(allow_inf_nan=False)]
_Price = Annotated[Decimal, BeforeValidator(check_price)]
Key = Annotated[Whole, Field(ge=1, le=_LARGEST_KEY)]
Day = Annotated[Whole, Field(ge=0, le=100_000)]
_EndDay = Annotated[Day | None, BeforeValidator(blank_to_none), AfterValidator(check_after_start)]

_Hour = Annotated[Annotated[Whole, Field(ge=0, le=24)] | None, BeforeValidator(blank_to_none)]

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

    location_id: Key
    location_code: _Code
    name: _Text
    address: _Text
    lat: Annotated[Number, Field(ge=-90, le=90)]
    lon: Annotated[Number, Field(ge=-180, le=180)]
    radius_mi: Annotated[Number, Field(gt=0, le=50)]
    stations: Annotated[Whole, Field(ge=1, le=1_000)]
    base_orders_day: Annotated[Whole, Field(ge=1, le=100_000)]
    growth_rate_daily: Annotated[Number, Field(gt=-1, le=1)]
    narrative: _Text


@dataclass(frozen=True, slots=True)
class Brand:
    """One brand (``brands.csv``); ``avg_prep_time_min`` is its mean cooking time in minutes."""

    brand_id: Key
    name: _Text
    cuisine_type: _Text
    avg_prep_time_min: Annotated[Number, Field(gt=0, le=240)]


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

    brand_location_id: Key
    brand_id: Key
    location_id: Key
    start_day: Day
    end_day: _EndDay
    trajectory: Trajectory
    growth_rate_monthly: Annotated[Number, Field(gt=-1, le=10)]


@dataclass(frozen=True, slots=True)
class Menu:
    """One menu (``menus.csv``)."""

    id: Key
    brand_id: Key
    name: _Text


@dataclass(frozen=True, slots=True)
class Category:
    """One section of a menu (``categories.csv``)."""

    id: Key
    menu_id: Key
    brand_id: Key
    name: _Text


@dataclass(frozen=True, slots=True)
class Item:
    """One dish or drink (``items.csv``); ``price`` in dollars, exact."""

    id: Key
    category_id: Key
    menu_id: Key
    brand_id: Key
    name: _Text
    price: _Price

    @property
    def price_cents(self) -> int:
        """Return the price in whole cents."""
        return int(self.price * 100)


@dataclass(frozen=True, slots=True)
class WeatherDay:
    """One day in one city (``weather.csv``).

    Attributes
    ----------
    location_id
        The kitchen of that city.
    day_number
        Counted from day 0 of the dataset; after the last day it begins again with the first.
    high_c, low_c
        Warmest and coldest, degrees Celsius.
    precipitation_mm
        Rain, or the water of snow, millimetres.
    starts_hour, ends_hour
        When it falls; ``None`` on a dry day.
    """

    location_id: Key
    day_number: Day
    high_c: Annotated[Number, Field(ge=-80, le=60)]
    low_c: Annotated[Number, Field(ge=-80, le=60)]
    precipitation_mm: Annotated[Number, Field(ge=0, le=2_000)]
    starts_hour: _Hour
    ends_hour: _Hour


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The whole business, every table sorted by its key and consistent with the others.

    ``weather`` has the days of each kitchen, by its key, from day 0 without gaps; a kitchen without
    any has dry weather. ``trade`` is how the business runs.
    """

    locations: tuple[Location, ...]
    brands: tuple[Brand, ...]
    brand_locations: tuple[BrandLocation, ...]
    menus: tuple[Menu, ...]
    categories: tuple[Category, ...]
    items: tuple[Item, ...]
    weather: Mapping[int, tuple[WeatherDay, ...]] = field(default_factory=dict)
    trade: Trade = field(default_factory=usual_trade)

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
