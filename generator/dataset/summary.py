"""What a dataset contains, and what a person should know about it: data, printed by the callers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from common.time_units import MICROSECONDS_PER_MINUTE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from generator.dataset.plan import DatasetPlan
    from generator.simulation.prepared_kitchen import Kitchen

_LONG_WAIT_MINUTES = 240.0
_ORDERS_A_DAY_OF_AN_ADDRESS = 2


@dataclass(frozen=True)
class KitchenSummary:
    """What one kitchen produced; ``longest_wait_minutes`` is that of an order for a station.

    ``addresses`` are those that it delivers to.
    """

    location_code: str
    orders: int
    events: int
    longest_wait_minutes: float
    addresses: int
    unreachable_addresses: int


@dataclass(frozen=True)
class Notice:
    """Something about a dataset that a person should know: a sentence and how serious it is."""

    severity: Literal["warning", "note"]
    text: str

    def __str__(self) -> str:
        """Return it as one line for a terminal or a log."""
        return f"{self.severity}: {self.text}"


@dataclass(frozen=True)
class DatasetSummary:
    """What a dataset contains, kitchen by kitchen, and the notices about it."""

    kitchens: tuple[KitchenSummary, ...]
    notices: tuple[Notice, ...] = ()

    @property
    def orders(self) -> int:
        """Return the orders of all kitchens."""
        return sum(kitchen.orders for kitchen in self.kitchens)

    @property
    def events(self) -> int:
        """Return the events of all kitchens."""
        return sum(kitchen.events for kitchen in self.kitchens)


def summarise_kitchen(
    kitchen: Kitchen, orders: int, events: int, longest_wait: int
) -> KitchenSummary:
    """Return what a kitchen produced; ``longest_wait`` is in microseconds."""
    return KitchenSummary(
        location_code=kitchen.settings.location.location_code,
        orders=orders,
        events=events,
        longest_wait_minutes=longest_wait / MICROSECONDS_PER_MINUTE,
        addresses=len(kitchen.addresses.routes.text),
        unreachable_addresses=kitchen.addresses.routes.unreachable_addresses,
    )


def find_notices(plan: DatasetPlan, kitchens: Iterable[KitchenSummary]) -> tuple[Notice, ...]:
    """Return what a person should know about a dataset and would not see at a glance."""
    return (*_notices_of_kitchens(kitchens, plan.days), *_notices_of_locations(plan))


def _notices_of_kitchens(kitchens: Iterable[KitchenSummary], days: int) -> Iterator[Notice]:
    for kitchen in kitchens:
        if kitchen.orders > _ORDERS_A_DAY_OF_AN_ADDRESS * kitchen.addresses * days:
            yield Notice(
                "warning",
                f"{kitchen.location_code}: {kitchen.orders:,} orders in {days} days go to "
                f"{kitchen.addresses:,} addresses, the only ones that its streets lead to: use a "
                "network of a larger area (--roads), or another radius_mi.",
            )
        if kitchen.longest_wait_minutes > _LONG_WAIT_MINUTES:
            yield Notice(
                "warning",
                f"{kitchen.location_code} has too few stations for its orders: one waited "
                f"{kitchen.longest_wait_minutes:,.0f} minutes; raise stations in "
                "locations.csv or in its configuration.",
            )
        if kitchen.unreachable_addresses:
            yield Notice(
                "note",
                f"{kitchen.location_code}: {kitchen.unreachable_addresses:,} addresses cannot be "
                "reached from the kitchen and get no orders.",
            )


def _notices_of_locations(plan: DatasetPlan) -> Iterator[Notice]:
    known = {location.location_id: location for location in plan.catalogue.locations}
    for kitchen in plan.settings:
        location = kitchen.location
        listed = known.get(location.location_id)
        if listed is None:
            yield Notice(
                "note",
                f"{location.location_code} is not in locations.csv: add it there as location_id "
                f"{location.location_id}, or the models reject its events as unknown.",
            )
        elif listed.stations != kitchen.stations:
            yield Notice(
                "note",
                f"{location.location_code} cooks with {kitchen.stations} stations here; the "
                f"models know the {listed.stations} of locations.csv until you change them there.",
            )
