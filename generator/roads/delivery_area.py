"""The kitchen that a street network is for, and how far it delivers."""

from __future__ import annotations

import math
from dataclasses import dataclass

from common.errors import UserError
from generator.roads.geometry import EARTH_RADIUS_M

METRES_PER_MILE = 1609.344
# A kitchen farther than this from every street is not in its network.
KITCHEN_REACH_M = 1_000.0
# A detour may leave the delivery radius, but not by more than this.
_DETOUR_FACTOR, _DETOUR_M = 1.5, 1_000.0
# Streets and doors may lie this far beyond the intersections within reach.
_BEYOND_M = 1_000.0


@dataclass(frozen=True)
class DeliveryArea:
    """Where a kitchen is and how far it delivers.

    Attributes
    ----------
    location_code
        ``sf``, ``sv``, ``bellevue``, ``chicago`` or a place of your own.
    latitude, longitude
        The kitchen, degrees.
    radius_mi
        Delivery radius, miles.
    """

    location_code: str
    latitude: float
    longitude: float
    radius_mi: float

    def __post_init__(self) -> None:
        """Refuse a place where longitudes jump: no map, file or table here leads across.

        Raises
        ------
        UserError
            If the area reaches the 180th meridian or a pole.
        """
        degrees = math.degrees((self.detour_radius_m + _BEYOND_M) / EARTH_RADIUS_M)
        reaches_pole = abs(self.latitude) + degrees >= 90.0  # noqa: PLR2004 - degrees
        if not reaches_pole:
            degrees /= math.cos(math.radians(abs(self.latitude) + degrees))
        if reaches_pole or abs(self.longitude) + degrees >= 180.0:  # noqa: PLR2004 - degrees
            edge = "a pole" if reaches_pole else "the 180th meridian"
            raise UserError(
                f"{self.location_code}: {self.radius_mi:g} miles around the kitchen at "
                f"{self.kitchen}, with detours, reach {edge}, where longitudes jump: move the "
                "kitchen or make radius_mi smaller"
            )

    @property
    def kitchen(self) -> tuple[float, float]:
        """Return latitude and longitude of the kitchen."""
        return self.latitude, self.longitude

    @property
    def radius_m(self) -> float:
        """Return the delivery radius in metres."""
        return self.radius_mi * METRES_PER_MILE

    @property
    def detour_radius_m(self) -> float:
        """Return how far from the kitchen the way to a customer may lead, metres."""
        return self.radius_m * _DETOUR_FACTOR + _DETOUR_M
