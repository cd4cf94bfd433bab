"""The orders of a day as they come in: who wants what, when, where, and how much work that is."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from common.rng import Purpose, make_day_rngs, make_rng
from common.time_units import MICROSECONDS_PER_DAY, MICROSECONDS_PER_MINUTE
from generator.simulation.cooking.kitchen import CLEARED_AT, Work, draw_preparation
from generator.simulation.delivery.errands import draw_errands
from generator.simulation.demand.order_times import draw_order_times
from generator.simulation.demand.shocks import day_shock, hour_shocks
from generator.simulation.demand.special_days import special_day_factors
from generator.simulation.demand.weather import intensity, order_factors, weather_on
from generator.simulation.orders.baskets import draw_baskets, rank_brands
from generator.simulation.orders.cancellations import CUSTOMER, KITCHEN, draw_intentions
from generator.simulation.orders.customers import (
    another_brand_today,
    brand_preferences,
    choose_customers,
    daypart,
)
from generator.simulation.orders.payments import promotions

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from generator.simulation.delivery.errands import Errands
    from generator.simulation.demand.day_conditions import DayConditions
    from generator.simulation.orders.baskets import Baskets
    from generator.simulation.orders.cancellations import Intentions
    from generator.simulation.orders.customers import Customers
    from generator.simulation.prepared_kitchen import Kitchen

# How many days a customer remembers what was ordered.
MEMORY_DAYS = 2
# A promotion brings a brand more orders.
_PROMOTED = 1.35
# Some hours go less well in a kitchen than others.
_KITCHEN_SHOCK = 0.07
_LEAST = 0.3


@dataclass(frozen=True)
class Choices:
    """Who orders on a day, when, and from which brands; N orders.

    Attributes
    ----------
    conditions
        Of the day.
    created
        When they come, microseconds since day 0, shape (N,).
    customers
        Who places them.
    brands
        The brands that each prefers, the first one most, shape (N, 3).
    offers
        Share that the promotion of each brand takes off, shape (B,).
    """

    conditions: DayConditions
    created: NDArray[np.int64]
    customers: Customers
    brands: NDArray[np.int64]
    offers: NDArray[np.float64]


@dataclass(frozen=True)
class Requests:
    """What N orders ask of the kitchen and of its couriers.

    Attributes
    ----------
    work
        When they come, and the work that they mean for the kitchen.
    errands
        What they ask of couriers.
    intentions
        What would end them.
    """

    work: Work
    errands: Errands
    intentions: Intentions


@dataclass(frozen=True)
class PlacedOrders:
    """The N orders of one kitchen-day as they come in.

    Attributes
    ----------
    choices
        Who orders what, when.
    baskets
        What is in them.
    requests
        What they ask of kitchen and couriers.
    bad_weather
        How hard it rains or snows when they are placed, from 0 to 1, shape (N,).
    promotion
        Share that the promotion of the brand takes off, shape (N,).
    early
        How many of them were placed before 04:00.
    """

    choices: Choices
    baskets: Baskets
    requests: Requests
    bad_weather: NDArray[np.float64]
    promotion: NDArray[np.float64]
    early: int


def choose(kitchen: Kitchen, day: int) -> Choices:
    """Draw who orders on a day, when, and what they would like without memory."""
    settings = kitchen.settings
    demand, chosen = (
        make_rng(kitchen.seed, kitchen.location_id, day, purpose)
        for purpose in (Purpose.DEMAND, Purpose.CHOICES)
    )
    conditions = kitchen.conditions(day)
    on = kitchen.start + timedelta(days=day)
    expected = (
        conditions.expected_orders
        * settings.trade.demand.week_weights[on.weekday()]
        * order_factors(weather_on(settings.weather, day))
        / kitchen.weather_orders
        * special_day_factors(settings.trade.demand, on)
    )
    shock = day_shock(kitchen.seed, kitchen.location_id, day)
    created = day * MICROSECONDS_PER_DAY + draw_order_times(demand, expected, settings.noise, shock)
    customers = choose_customers(chosen, kitchen.population, created, day)
    offers = promotions(kitchen.seed, kitchen.location_id, day, len(settings.brands))
    weights = conditions.brand_weights * np.where(offers > 0.0, _PROMOTED, 1.0)
    preferences = brand_preferences(kitchen.population, customers, weights)
    brands = rank_brands(chosen, preferences)
    return Choices(conditions, created, customers, brands, offers)


def place_orders(kitchen: Kitchen, day: int, known: dict[int, Choices]) -> PlacedOrders:
    """Draw the orders of a day.

    Parameters
    ----------
    kitchen
        The kitchen.
    day
        The day.
    known
        Choices of this day and of the days before it, as far as they are known; those that are
        missing are added, those that nobody remembers are removed.
    """
    for each in range(max(day - MEMORY_DAYS, 0), day + 1):
        if each not in known:
            known[each] = choose(kitchen, each)
    for each in [each for each in known if each < day - MEMORY_DAYS]:
        del known[each]
    choices = known[day]
    settings = kitchen.settings
    rngs = make_day_rngs(kitchen.seed, kitchen.location_id, day)
    created, customers = choices.created, choices.customers
    weather = weather_on(settings.weather, day)
    minute = created % MICROSECONDS_PER_DAY // MICROSECONDS_PER_MINUTE
    baskets = draw_baskets(
        rngs,
        created,
        _remembering(rngs.brands, choices, [known[each] for each in sorted(known) if each < day]),
        kitchen.population.company[customers.seat],
        kitchen.weekday(day),
        kitchen.menus,
        day,
    )
    in_tower = kitchen.population.unit[customers.seat] > 0
    errands = draw_errands(
        rngs.delivery,
        settings,
        kitchen.addresses.routes,
        kitchen.population.address[customers.seat],
        in_tower,
    )
    shocks = 1.0 + _KITCHEN_SHOCK * hour_shocks(rngs.kitchen)
    pace = np.interp((minute + 0.5) / 60.0, np.arange(shocks.size), np.maximum(shocks, _LEAST))
    preparation = draw_preparation(
        rngs,
        settings.service_times,
        baskets.cooking_factor * choices.conditions.slowness * pace,
        baskets.lines,
        kitchen.menus.recipes,
    )
    intentions = draw_intentions(rngs.cancellations, daypart(created), baskets.ran_out, in_tower)
    withdrawn = np.where(intentions.reason == CUSTOMER, created + intentions.after, 0)
    withdrawn = np.where(intentions.reason == KITCHEN, created, withdrawn)
    early = int(np.searchsorted(created, day * MICROSECONDS_PER_DAY + CLEARED_AT))
    return PlacedOrders(
        choices=choices,
        baskets=baskets,
        requests=Requests(Work(created, preparation, withdrawn), errands, intentions),
        bad_weather=intensity(weather)[minute],
        promotion=choices.offers[baskets.brand],
        early=early,
    )


def _remembering(rng: Generator, today: Choices, before: list[Choices]) -> NDArray[np.int64]:
    """Return the brands of a day's orders; who had the first one lately may take the second."""
    days = [*before, today]
    brands = today.brands.copy()
    other = another_brand_today(
        rng,
        np.concatenate([each.customers.seat for each in days]),
        np.concatenate([each.created for each in days]),
        np.concatenate([each.brands[:, 0] for each in days]),
        today.created.size,
    ) & (brands[:, 1] >= 0)
    brands[other, :2] = brands[other, 1::-1]
    return brands
