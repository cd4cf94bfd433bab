"""One day of one kitchen, whole: a pure function of seed, kitchen and day.

The steps are demand, baskets, kitchen, deliveries and events. Each receives the numbers it needs
and returns a record for the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from common.rng import make_day_rngs
from common.time_units import MICROSECONDS_PER_DAY
from generator.simulation.baskets import collect_menus, draw_baskets
from generator.simulation.day_conditions import day_conditions
from generator.simulation.deliveries import draw_deliveries, pings_between
from generator.simulation.demand import draw_order_times, minute_weights, shape_of
from generator.simulation.event_table import OrderLifecycles, delivery_addresses, event_table
from generator.simulation.kitchen import CLEARED_AT, Work, cook, draw_preparation
from generator.simulation.order_ids import order_numbers

if TYPE_CHECKING:
    from datetime import date

    import pyarrow as pa
    from numpy.typing import NDArray

    from common.rng import DayRngs
    from generator.catalogue.records import Catalogue
    from generator.configuration.kitchen_settings import KitchenSettings
    from generator.roads.routing import DeliveryRoutes
    from generator.simulation.baskets import Baskets, Menus
    from generator.simulation.day_conditions import DayConditions
    from generator.simulation.event_table import DeliveryAddresses
    from generator.simulation.kitchen import CookedOrders


@dataclass(frozen=True)
class Kitchen:
    """A kitchen ready to be simulated: its settings, and what is computed once for all its days.

    Attributes
    ----------
    settings
        What distinguishes it.
    addresses
        Every address it can deliver to, with the way there.
    menus
        What its brands sell.
    minute_weights
        Share of a day's orders in each minute, shape (1440,).
    start
        Day 0.
    seed
        Seed of its random numbers.
    order_seed
        Seed of the order ids: the same for all kitchens, which keeps them unique across kitchens.
    """

    settings: KitchenSettings
    addresses: DeliveryAddresses
    menus: Menus
    minute_weights: NDArray[np.float64]
    start: date
    seed: int
    order_seed: int

    @property
    def location_id(self) -> int:
        """Return the key of the kitchen."""
        return self.settings.location.location_id


@dataclass(frozen=True)
class KitchenDay:
    """The result of one day in one kitchen.

    Attributes
    ----------
    events
        All events of the orders placed on this day, in the canonical schema and order.
    orders
        How many orders these are.
    longest_wait
        Longest time that an order waited for a free station, microseconds.
    handover
        What the next day begins with.
    """

    events: pa.Table
    orders: int
    longest_wait: int
    handover: Handover


@dataclass(frozen=True)
class Handover:
    """What was computed of a day with the day before it: its orders, and those cooked by 04:00.

    Attributes
    ----------
    placed
        The orders of the day.
    early
        Those of them that were placed before 04:00: they belong to the working day of the day
        before, on whose stations they are cooked.
    """

    placed: PlacedOrders
    early: CookedOrders


@dataclass(frozen=True)
class PlacedOrders:
    """The N orders of one kitchen-day as they come in: when, with what, and how much work.

    Attributes
    ----------
    rngs, conditions
        Of the day.
    baskets
        What is in them.
    work
        When they come, and the work that they mean for the kitchen.
    early
        How many of them were placed before 04:00.
    """

    rngs: DayRngs
    conditions: DayConditions
    baskets: Baskets
    work: Work
    early: int


def prepare_kitchen(
    settings: KitchenSettings,
    catalogue: Catalogue,
    routes: DeliveryRoutes,
    start: date,
    seed: int,
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
    """
    return Kitchen(
        settings=settings,
        addresses=delivery_addresses(routes),
        menus=collect_menus(catalogue, settings.brands),
        minute_weights=minute_weights(shape_of(settings.location.location_code)),
        start=start,
        seed=seed if settings.random_seed is None else settings.random_seed,
        order_seed=seed,
    )


def simulate(
    kitchen: Kitchen, day: int, epoch_seconds: int, handover: Handover | None = None
) -> KitchenDay:
    """Make all events of the orders placed in one kitchen on one day.

    Parameters
    ----------
    kitchen
        The kitchen.
    day
        Days since the start. Orders are placed from midnight to midnight; their last events may
        fall on the next day.
    epoch_seconds
        Midnight of day 0, Unix seconds.
    handover
        What the day before handed over, if it is known; otherwise it is computed, with the same
        result.
    """
    settings, addresses = kitchen.settings, kitchen.addresses
    handover = handover or _hand_over(kitchen, day)
    placed = handover.placed
    late, following = _cook_working_day(kitchen, day, placed)
    cooked = handover.early.followed_by(late)
    created = placed.work.created
    deliveries = draw_deliveries(
        placed.rngs.delivery, settings, created, cooked.ready, addresses.routes.distance_m
    )
    lifecycles = OrderLifecycles(
        created=created,
        items_json=placed.baskets.items_json,
        cooked=cooked,
        deliveries=deliveries,
        pings=pings_between(deliveries, settings.ping_seconds),
        order_numbers=order_numbers(kitchen.order_seed, kitchen.location_id, day, created.size),
    )
    events = event_table(
        lifecycles,
        addresses,
        kitchen.location_id,
        settings.null_probabilities,
        epoch_seconds,
        placed.rngs.missing_fields,
    )
    return KitchenDay(events, created.size, int(cooked.waited.max(initial=0)), following)


def _hand_over(kitchen: Kitchen, day: int) -> Handover:
    """Return what the day before hands over, from its orders and those of the day alone.

    A working day is independent of all others, so how the day before began does not matter. Its
    orders are drawn again, without drivers or events.
    """
    if day > 0:
        return _cook_working_day(kitchen, day - 1, _place_orders(kitchen, day - 1))[1]
    placed = _place_orders(kitchen, day)
    night = placed.work.part(None, placed.early)
    return Handover(placed, cook(night, day - 1, placed.conditions.open_stations))


def _cook_working_day(
    kitchen: Kitchen, day: int, placed: PlacedOrders
) -> tuple[CookedOrders, Handover]:
    """Cook what is placed from 04:00 of a day to 04:00 of the next.

    Returns
    -------
    The orders of the day from 04:00 on, and what the next day begins with.
    """
    following = _place_orders(kitchen, day + 1)
    late = placed.work.part(placed.early, None)
    night = following.work.part(None, following.early)
    cooked = cook(late.followed_by(night), day, placed.conditions.open_stations)
    by_midnight = late.created.size
    return cooked.part(None, by_midnight), Handover(following, cooked.part(by_midnight, None))


def _place_orders(kitchen: Kitchen, day: int) -> PlacedOrders:
    """Draw the orders of a day: when they come, what is in them, how much work they are."""
    settings = kitchen.settings
    rngs = make_day_rngs(kitchen.seed, kitchen.location_id, day)
    conditions = day_conditions(settings, kitchen.start, day)
    midnight = day * MICROSECONDS_PER_DAY
    created = midnight + draw_order_times(
        rngs.demand, conditions.expected_orders, settings.noise, kitchen.minute_weights
    )
    baskets = draw_baskets(
        rngs.brands, rngs.items, created.size, conditions.brand_weights, kitchen.menus
    )
    preparation = draw_preparation(
        rngs.cooking, settings.service_times, baskets.cooking_factor * conditions.slowness
    )
    early = int(np.searchsorted(created, midnight + CLEARED_AT))
    return PlacedOrders(rngs, conditions, baskets, Work(created, preparation), early)
