"""A kitchen ready to be simulated: its settings, and what is computed once for all its days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from common.rng import Purpose, make_rng
from common.time_units import MICROSECONDS_PER_SECOND
from generator.simulation.delivery.couriers import draw_fleet
from generator.simulation.delivery.errands import usual_minutes
from generator.simulation.demand.day_conditions import day_conditions, usual_orders
from generator.simulation.demand.weather import order_factors
from generator.simulation.event_table import delivery_addresses
from generator.simulation.orders.baskets import collect_menus
from generator.simulation.orders.customers import draw_population
from generator.simulation.orders.person_ids import courier_ids

if TYPE_CHECKING:
    from datetime import date

    import pyarrow as pa

    from generator.catalogue.records import Catalogue
    from generator.configuration.kitchen_settings import KitchenSettings
    from generator.roads.routing import DeliveryRoutes
    from generator.simulation.delivery.couriers import Fleet
    from generator.simulation.demand.day_conditions import DayConditions
    from generator.simulation.event_table import DeliveryAddresses
    from generator.simulation.orders.baskets import Menus
    from generator.simulation.orders.customers import Population

METRES_PER_SECOND_PER_MPH = 0.44704
# At the kitchen, beyond the time that a courier needs for the way there and back.
_AT_THE_KITCHEN_MINUTES = 7.0


@dataclass(frozen=True)
class Kitchen:
    """A kitchen ready to be simulated.

    Attributes
    ----------
    settings
        What distinguishes it.
    addresses
        Every address it can deliver to, with the way there.
    menus
        What its brands sell.
    population, fleet
        The people around it, and those who deliver.
    weather_orders
        Mean of what the weather makes of its orders; the rest of the year is divided by it.
    minutes_an_order
        How long a courier is busy with an order, as planned.
    start
        Day 0.
    seed
        Seed of its random numbers.
    order_seed
        Seed of the ids of orders, customers and couriers: the same for all kitchens, which keeps
        them unique across kitchens.
    people
        Whether events tell of people; otherwise they have the older form.
    """

    settings: KitchenSettings
    addresses: DeliveryAddresses
    menus: Menus
    population: Population
    fleet: Fleet
    weather_orders: float
    minutes_an_order: float
    start: date
    seed: int
    order_seed: int
    people: bool

    @property
    def location_id(self) -> int:
        """Return the key of the kitchen."""
        return self.settings.location.location_id

    @cached_property
    def driver_ids(self) -> pa.StringArray:
        """Return the ids of its couriers, shape (K,)."""
        return courier_ids(self.order_seed, self.location_id, self.fleet.activity.size)

    @property
    def slowness(self) -> float:
        """Return how many microseconds a metre takes at mean speed."""
        return MICROSECONDS_PER_SECOND / (self.settings.driver_mph * METRES_PER_SECOND_PER_MPH)

    def conditions(self, day: int) -> DayConditions:
        """Return the conditions of a day; the night before day 0 has those of day 0."""
        return day_conditions(self.settings, self.start, max(day, 0))

    def weekday(self, day: int) -> int:
        """Return the weekday of a day, 0 is Monday."""
        return (self.start + timedelta(days=day)).weekday()


def prepare_kitchen(
    settings: KitchenSettings,
    catalogue: Catalogue,
    routes: DeliveryRoutes,
    start: date,
    seed: int,
    *,
    people: bool = True,
) -> Kitchen:
    """Compute what all days of a kitchen share.

    Parameters
    ----------
    settings
        What distinguishes the kitchen; its own random seed, if it has one, is used instead of
        ``seed``.
    catalogue
        Brands and items.
    routes
        Where it delivers.
    start
        Date of day 0.
    seed
        Seed of the dataset.
    people
        Whether events tell of people.
    """
    location = settings.location
    own_seed = seed if settings.random_seed is None else settings.random_seed
    most = max(usual_orders(settings, 0), usual_orders(settings, settings.story_days - 1))

    def rng(purpose: Purpose) -> np.random.Generator:
        return make_rng(own_seed, location.location_id, 0, purpose)

    population = draw_population(
        rng(Purpose.CUSTOMERS), routes, (location.lat, location.lon), most, len(settings.brands)
    )
    weather = np.array([order_factors(day).mean() for day in settings.weather])
    minutes = _minutes_an_order(settings, routes, population)
    return Kitchen(
        settings=settings,
        addresses=delivery_addresses(routes),
        menus=collect_menus(catalogue, settings.brands, settings.trade, rng(Purpose.PRICES)),
        population=population,
        fleet=draw_fleet(
            rng(Purpose.COURIERS), most * settings.trade.demand.busiest_weekday, minutes
        ),
        weather_orders=float(weather.mean()) if weather.size else 1.0,
        minutes_an_order=minutes,
        start=start,
        seed=own_seed,
        order_seed=seed,
        people=people,
    )


def _minutes_an_order(
    settings: KitchenSettings, routes: DeliveryRoutes, population: Population
) -> float:
    """Return how long a courier is busy with the order of an average customer."""
    weights = np.diff(population.scales, axis=1, prepend=0.0).sum(axis=0)
    metres_a_minute = settings.driver_mph * METRES_PER_SECOND_PER_MPH * 60.0
    address = population.address
    there = routes.effort_m[address] / metres_a_minute
    doing = usual_minutes(routes.distance_m[address], population.unit > 0)
    minutes = 2.0 * there + doing
    return float(np.average(minutes, weights=weights + 1e-12)) + _AT_THE_KITCHEN_MINUTES
