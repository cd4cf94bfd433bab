"""The business in words a program knows: kitchens, brands, menus and items.

It is read by ``seed_files.py`` and written by ``business_tables.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from decimal import Decimal

TRAJECTORIES = ("growing", "steady", "declining", "launching", "leaving")


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
        wanted = normalize(code_or_name)
        for location in self.locations:
            if wanted in (normalize(location.location_code), normalize(location.name)):
                return location
        return None

    def brands_at(self, location_id: int) -> tuple[BrandLocation, ...]:
        """Return what ever cooks in a kitchen, in the order of the file's keys."""
        return tuple(row for row in self.brand_locations if row.location_id == location_id)

    def items_of(self, brand_id: int) -> tuple[Item, ...]:
        """Return the items of a brand, in the order of their ids."""
        return tuple(item for item in self.items if item.brand_id == brand_id)


def normalize(text: str) -> str:
    """Return what counts when a code or name is compared: its letters and digits, all small."""
    return "".join(sign for sign in text.casefold() if sign.isalnum())


def cooks_on(presence: BrandLocation, day: int) -> bool:
    """Say whether a brand cooks in its kitchen on a day."""
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
