"""How the kitchens of a world work unless a configuration says otherwise: ``kitchens/*.json``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from common.did_you_mean import did_you_mean
from common.errors import UserError
from common.problems import Problems
from generator.configuration.configuration_file import configuration_of
from generator.configuration.kitchen_configuration import KitchenConfiguration
from generator.world.by_kitchen import DEFAULT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from generator.catalogue.records import Catalogue, Location

ALLOWED = (
    *("noise_pct", "svc", "driver_arrival", "driver_mph"),
    *("ping_sec", "ping_jitter_sec", "gps_noise_m", "ping_loss_pct", "dq"),
)
"""Keys of a configuration that say how a kitchen works, and not where it is or what it sells."""


def check_kitchen_files(
    catalogue: Catalogue,
    problems: Problems | None = None,
    codes: Sequence[str] | None = None,
) -> None:
    """Refuse files of kitchens that are wrong, whether the kitchen is simulated or not.

    Parameters
    ----------
    catalogue
        The business.
    problems
        Is told of everything that is wrong; without it the first problem is raised.
    codes
        The kitchens by ``location_code``, if others than those of the catalogue.

    Raises
    ------
    UserError
        If a file is about no kitchen of the business, has a key that belongs elsewhere, or an
        impossible value; names file and key.
    """
    problems = problems or Problems()
    if codes is None:
        codes = [location.location_code for location in catalogue.locations]
    for code, file in catalogue.trade.kitchens.items():
        if code not in (*codes, DEFAULT):
            known = did_you_mean(code, [*codes, DEFAULT])
            problems.add(
                UserError(
                    f"{file.path}: there is no kitchen {code}{known}; name the file by a "
                    "location_code of locations.csv."
                )
            )
        for key in file.values:
            if key not in ALLOWED and key in KitchenConfiguration.model_fields:
                problems.add(
                    UserError(
                        f"{file.path}: {key} does not belong here; place, radius, stations and "
                        "orders are columns of locations.csv, growth of brands of "
                        "brand_locations.csv, and days, speed and seed belong to a run."
                    )
                )
        with problems.collected():
            configuration_of(file.values, file.path)


def with_defaults(
    catalogue: Catalogue, location: Location, configuration: KitchenConfiguration | None
) -> KitchenConfiguration:
    """Return a configuration over what the world says of the kitchen, key by key.

    Parameters
    ----------
    catalogue
        The business.
    location
        The kitchen; a new one has what counts for all.
    configuration
        What a person wants to be different, or ``None``.
    """
    files = catalogue.trade.kitchens
    found = [files[code] for code in (DEFAULT, location.location_code) if code in files]
    if not found:
        return configuration or KitchenConfiguration()
    values: dict[str, Any] = {}
    for file in found:
        values = _over(file.values, values)
    if configuration is None:
        return configuration_of(values, found[-1].path)
    written = configuration.model_dump(mode="json", exclude_unset=True)
    return configuration_of(_over(written, values), configuration.file)


def _over(values: Mapping[str, Any], below: Mapping[str, Any]) -> dict[str, Any]:
    """Return values over others, key by key, in objects within them, too."""
    merged = dict(below)
    for key, value in values.items():
        inner = merged.get(key)
        merged[key] = (
            _over(value, inner) if isinstance(value, dict) and isinstance(inner, dict) else value
        )
    return merged
