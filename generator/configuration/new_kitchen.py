"""A kitchen that is not in the seeds, opened by a configuration."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING

from common.errors import UserError
from generator.catalogue.records import Location
from generator.configuration.defaults import (
    DEFAULT_DAYS,
    NEW_KITCHEN_ORDERS_DAY,
    NEW_KITCHEN_RADIUS_MI,
)

if TYPE_CHECKING:
    from generator.catalogue.records import Catalogue
    from generator.configuration.kitchen_configuration import KitchenConfiguration


def new_kitchen(catalogue: Catalogue, configuration: KitchenConfiguration) -> Location:
    """Return the kitchen that a configuration opens beside those of the catalogue.

    Parameters
    ----------
    catalogue
        The business so far; the new kitchen gets the next number, and as many stations per order
        as the others have.
    configuration
        Name, position and number of orders of the kitchen.

    Raises
    ------
    UserError
        If the configuration gives no position, or a name that does not begin with a letter.
    """
    position = configuration.position
    if position is None:
        codes = [location.location_code for location in catalogue.locations]
        reason = (
            f'the address "{configuration.gk_location}" cannot be looked up without a network'
            if configuration.gk_location
            else "it has no gk_location"
        )
        raise UserError(
            f'{configuration.file}: location_name: "{configuration.kitchen}" is no kitchen of the '
            f"seeds ({', '.join(codes)}) and {reason}; name one of those, or open a new kitchen "
            'with gk_location "lat,lon".'
        )
    code = re.sub(r"[^a-z0-9]+", "_", configuration.kitchen.casefold()).strip("_")
    if not re.match(r"[a-z]", code):
        raise UserError(
            f'{configuration.file}: location_name: "{configuration.kitchen}" gives no code for '
            "file names; begin it with a letter from a to z."
        )
    first = configuration.orders_day_1 or configuration.orders_last or NEW_KITCHEN_ORDERS_DAY
    return Location(
        location_id=max(location.location_id for location in catalogue.locations) + 1,
        location_code=code[:32].rstrip("_"),
        name=configuration.kitchen,
        address=configuration.gk_location or "",
        lat=position[0],
        lon=position[1],
        radius_mi=NEW_KITCHEN_RADIUS_MI,
        stations=stations_for(catalogue, max(first, configuration.orders_last or 0.0)),
        base_orders_day=max(1, round(first)),
        growth_rate_daily=0.0,
        narrative=f"{configuration.kitchen} was opened by {configuration.file.name}.",
    )


def stations_for(catalogue: Catalogue, orders_day: float) -> int:
    """Return as many stations per order of the busiest day as the other kitchens have."""
    busiest = [
        location.base_orders_day
        * max(1.0, (1.0 + location.growth_rate_daily) ** (DEFAULT_DAYS - 1))
        for location in catalogue.locations
    ]
    stations = sum(location.stations for location in catalogue.locations)
    return max(1, math.ceil(orders_day * stations / sum(busiest)))
