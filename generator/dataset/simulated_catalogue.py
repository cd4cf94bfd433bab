"""The business as it was simulated, to be written beside its events."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from generator.catalogue.records import BrandLocation

if TYPE_CHECKING:
    from collections.abc import Iterable

    from generator.catalogue.records import Catalogue
    from generator.configuration.kitchen_settings import KitchenSettings


def simulated_catalogue(catalogue: Catalogue, settings: Iterable[KitchenSettings]) -> Catalogue:
    """Return the business as it was simulated, to be written beside its events.

    Kitchens that were moved, grown or opened by a configuration replace or join those of the
    seeds; kitchens that were not simulated stay as they are.
    """
    kitchens = list(settings)
    locations = {location.location_id: location for location in catalogue.locations}
    locations |= {kitchen.location.location_id: kitchen.location for kitchen in kitchens}
    rates = {
        (kitchen.location.location_id, brand.brand_id, brand.start_day): brand
        for kitchen in kitchens
        for brand in kitchen.brands
    }
    rows = []
    for row in catalogue.brand_locations:
        brand = rates.get((row.location_id, row.brand_id, row.start_day))
        rows.append(
            row if brand is None else replace(row, growth_rate_monthly=brand.growth_rate_monthly)
        )
    present = {row.location_id for row in rows}
    for kitchen in kitchens:
        if kitchen.location.location_id in present:
            continue
        for brand in kitchen.brands:
            rows.append(
                BrandLocation(
                    brand_location_id=rows[-1].brand_location_id + 1,
                    brand_id=brand.brand_id,
                    location_id=kitchen.location.location_id,
                    start_day=brand.start_day,
                    end_day=brand.end_day,
                    trajectory="steady",
                    growth_rate_monthly=brand.growth_rate_monthly,
                )
            )
    return replace(
        catalogue,
        locations=tuple(locations[key] for key in sorted(locations)),
        brand_locations=tuple(rows),
    )
