"""The kitchen that a street network is for, and how far it delivers."""

from __future__ import annotations

from dataclasses import dataclass

METRES_PER_MILE = 1609.344
# A kitchen farther than this from every street is not in its network.
KITCHEN_REACH_M = 1_000.0
# A detour may leave the delivery radius, but not by more than this.
_DETOUR_FACTOR, _DETOUR_M = 1.5, 1_000.0


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
