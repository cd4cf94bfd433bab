"""The kitchens of a plan, each with its streets, ready to be simulated."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from generator.roads.delivery_area import DeliveryArea
from generator.roads.routing import delivery_routes
from generator.roads.sources import load_network
from generator.simulation.prepared_kitchen import prepare_kitchen

if TYPE_CHECKING:
    from collections.abc import Callable

    from generator.configuration.kitchen_settings import KitchenSettings
    from generator.dataset.plan import DatasetPlan
    from generator.roads.network import RoadNetwork
    from generator.simulation.prepared_kitchen import Kitchen


class PlannedKitchen(NamedTuple):
    """A kitchen of a plan, and the streets that it delivers in."""

    kitchen: Kitchen
    network: RoadNetwork


def prepare_kitchens(
    plan: DatasetPlan, progress: Callable[[str, int], None] = lambda _step, _done: None
) -> list[PlannedKitchen]:
    """Load the streets of each kitchen and compute what all its days share.

    Parameters
    ----------
    plan
        Which kitchens, and where their streets come from.
    progress
        Called with ``("roads", n)`` when n kitchens have their streets.

    Returns
    -------
    The kitchens in the order of ``plan.settings``.

    Raises
    ------
    UserError
        If the streets of a kitchen cannot be used.
    """
    networks = []
    for number, settings in enumerate(plan.settings, start=1):
        networks.append(_load_network(settings, plan))
        progress("roads", number)
    return [
        PlannedKitchen(_prepare(settings, network, plan), network)
        for settings, network in zip(plan.settings, networks, strict=True)
    ]


def _load_network(settings: KitchenSettings, plan: DatasetPlan) -> RoadNetwork:
    location = settings.location
    area = DeliveryArea(location.location_code, location.lat, location.lon, settings.radius_mi)
    return load_network(area, plan.roads, plan.seed, plan.roads_directory)


def _prepare(settings: KitchenSettings, network: RoadNetwork, plan: DatasetPlan) -> Kitchen:
    location = settings.location
    routes = delivery_routes(network, location.lat, location.lon, settings.radius_mi)
    return prepare_kitchen(
        settings, plan.catalogue, routes, plan.start, plan.seed, people=plan.people
    )
