"""Kitchens with streets so simple that a test can say where everything must be."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
import pytest

from common.earth import METRES_PER_DEGREE
from common.paths import SEEDS
from generator.catalogue.seed_files import load_catalogue
from generator.configuration.configured_kitchens import kitchen_settings
from generator.dataset import kitchens
from generator.simulation.prepared_kitchen import Kitchen, prepare_kitchen

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from generator.catalogue.records import Catalogue
    from generator.configuration.kitchen_settings import KitchenSettings
    from generator.roads.delivery_area import DeliveryArea

START = date(2024, 1, 1)
EPOCH = 1_704_067_200
CORNER_M = 100.0


@dataclass(frozen=True)
class StraightRoutes:
    """Addresses due north of the kitchen, each reached on one straight street."""

    kitchen_latitude: float
    kitchen_longitude: float
    distance_m: NDArray[np.float64]
    unreachable_addresses: int = 0

    @property
    def latitude(self) -> NDArray[np.float64]:
        return self.kitchen_latitude + self.distance_m / METRES_PER_DEGREE

    @property
    def longitude(self) -> NDArray[np.float64]:
        return np.full(self.distance_m.size, self.kitchen_longitude)

    @property
    def text(self) -> list[str]:
        return [f"{number} Straight St" for number in range(self.distance_m.size)]

    @property
    def effort_m(self) -> NDArray[np.float64]:
        return self.distance_m

    def positions(
        self, address: NDArray[np.int64], travelled_m: NDArray[np.float64], *, at_mean_speed: bool
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        assert at_mean_speed
        driven = np.clip(travelled_m, 0.0, self.distance_m[address])
        latitude = self.kitchen_latitude + driven / METRES_PER_DEGREE
        return latitude, np.full(address.size, self.kitchen_longitude)

    def corners(
        self, address: NDArray[np.int64], driven_m: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        return np.floor(np.minimum(driven_m, self.distance_m[address]) / CORNER_M) * CORNER_M

    def ways_past(
        self, first: NDArray[np.int64], second: NDArray[np.int64]
    ) -> tuple[NDArray[np.float64], ...]:
        further = self.distance_m[second] - self.distance_m[first]
        back, on = np.maximum(-further, 0.0), np.maximum(further, 0.0)
        return back, on, on, back

    def route_json(self, address: int) -> str:
        return json.dumps([self._door(None), self._door(address)])

    def route_json_past(self, first: int, second: int) -> str:
        return json.dumps([self._door(None), self._door(first), self._door(second)])

    def _door(self, address: int | None) -> list[float]:
        latitude = self.kitchen_latitude if address is None else float(self.latitude[address])
        return [round(latitude, 6), self.kitchen_longitude]


@dataclass(frozen=True)
class NoNetwork:
    """What a dataset records about a street network, for kitchens with straight routes."""

    source: str
    content_hash: str = "0" * 64


@pytest.fixture
def straight_roads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every kitchen of a dataset deliver along straight streets."""

    def load_network(area: DeliveryArea, *_: object) -> NoNetwork:
        return NoNetwork(f"/somewhere/{area.location_code}.graphml")

    def delivery_routes(
        _: NoNetwork, latitude: float, longitude: float, __: float
    ) -> StraightRoutes:
        return StraightRoutes(latitude, longitude, np.linspace(300.0, 7000.0, 500))

    monkeypatch.setattr(kitchens, "load_network", load_network)
    monkeypatch.setattr(kitchens, "delivery_routes", delivery_routes)


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue(SEEDS)


@pytest.fixture(scope="session")
def make_kitchen(catalogue: Catalogue) -> Callable[..., Kitchen]:
    """Return a function that prepares a kitchen of the seeds, with changes to its settings."""

    @cache
    def settings_of(code: str) -> KitchenSettings:
        return kitchen_settings(catalogue, (), [code])[0]

    def make(code: str, *, seed: int = 42, people: bool = True, **changes: object) -> Kitchen:
        settings = replace(settings_of(code), **changes)
        routes = StraightRoutes(
            settings.location.lat, settings.location.lon, np.linspace(300.0, 7000.0, 500)
        )
        return prepare_kitchen(settings, catalogue, routes, START, seed, people=people)

    return make
