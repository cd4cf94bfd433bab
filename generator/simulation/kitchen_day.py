"""One day of one kitchen, whole: a pure function of seed, kitchen and day.

The steps are demand, baskets, kitchen, deliveries and events. Each receives the numbers it needs
and returns a record for the next.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from common.rng import make_day_rngs
from common.time_units import MICROSECONDS_PER_DAY
from generator.simulation.baskets import collect_menus, draw_baskets
from generator.simulation.day_conditions import day_conditions
from generator.simulation.deliveries import draw_deliveries, pings_between
from generator.simulation.demand import draw_order_times, minute_weights, shape_of
from generator.simulation.event_table import OrderLifecycles, delivery_addresses, event_table
from generator.simulation.kitchen import cook, draw_preparation
from generator.simulation.order_ids import order_numbers

if TYPE_CHECKING:
    from datetime import date

    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

    from common.rng import DayRngs
    from generator.catalogue.records import Catalogue
    from generator.configuration.kitchen_settings import KitchenSettings
    from generator.roads.routing import DeliveryRoutes
    from generator.simulation.baskets import Baskets, Menus
    from generator.simulation.day_conditions import DayConditions
    from generator.simulation.event_table import DeliveryAddresses
    from generator.simulation.kitchen import Preparation


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
    stations_free_at
        When each open station is free, a heap of microseconds since day 0: the state in which
        the next day begins.
    """

    events: pa.Table
    orders: int
    longest_wait: int
    stations_free_at: list[int]


@dataclass(frozen=True)
class _PlacedOrders:
    """The N orders of one kitchen-day as they come in: when, with what, and how much work.

    Attributes
    ----------
    rngs, conditions
        Of the day.
    created
        When they were placed, ascending, microseconds since day 0, shape (N,).
    baskets, preparation
        What is in them, and the work that this means for the kitchen.
    """

    rngs: DayRngs
    conditions: DayConditions
    created: NDArray[np.int64]
    baskets: Baskets
    preparation: Preparation


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
    kitchen: Kitchen, day: int, epoch_seconds: int, stations_free_at: list[int] | None = None
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
    stations_free_at
        The state in which the day before left the stations, if it is known; otherwise it is
        computed, with the same result.
    """
    settings, addresses = kitchen.settings, kitchen.addresses
    placed = _place_orders(kitchen, day)
    cooked = cook(
        placed.created,
        placed.preparation,
        day,
        placed.conditions.open_stations,
        stations_free_at or stations_at_midnight(kitchen, day),
    )
    deliveries = draw_deliveries(
        placed.rngs.delivery, settings, cooked, addresses.routes.distance_m
    )
    lifecycles = OrderLifecycles(
        created=placed.created,
        items_json=placed.baskets.items_json,
        cooked=cooked,
        deliveries=deliveries,
        pings=pings_between(deliveries, settings.ping_seconds),
        order_numbers=order_numbers(
            kitchen.order_seed, kitchen.location_id, day, placed.created.size
        ),
    )
    events = event_table(
        lifecycles,
        addresses,
        kitchen.location_id,
        settings.null_probabilities,
        epoch_seconds,
        placed.rngs.missing_fields,
    )
    return KitchenDay(events, placed.created.size, cooked.longest_wait, cooked.stations_free_at)


def stations_at_midnight(kitchen: Kitchen, day: int) -> list[int]:
    """Return when each open station is free as a day begins, from the day before it alone.

    The kitchen is cleared at 04:00, so how the day before began does not matter. Its orders are
    drawn again, without drivers or events.
    """
    if day == 0:
        return [0] * day_conditions(kitchen.settings, kitchen.start, 0).open_stations
    yesterday = day - 1
    placed = _place_orders(kitchen, yesterday)
    stations = placed.conditions.open_stations
    return cook(placed.created, placed.preparation, yesterday, stations, [0]).stations_free_at


def _place_orders(kitchen: Kitchen, day: int) -> _PlacedOrders:
    """Draw the orders of a day: when they come, what is in them, how much work they are."""
    settings = kitchen.settings
    rngs = make_day_rngs(kitchen.seed, kitchen.location_id, day)
    conditions = day_conditions(settings, kitchen.start, day)
    created = day * MICROSECONDS_PER_DAY + draw_order_times(
        rngs.demand, conditions.expected_orders, settings.noise, kitchen.minute_weights
    )
    baskets = draw_baskets(
        rngs.brands, rngs.items, created.size, conditions.brand_weights, kitchen.menus
    )
    preparation = draw_preparation(
        rngs.cooking, settings.service_times, baskets.cooking_factor * conditions.slowness
    )
    return _PlacedOrders(rngs, conditions, created, baskets, preparation)
