"""One day of one kitchen, whole: a pure function of seed, kitchen and day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

import numpy as np

from common.rng import Purpose, make_rng
from generator.simulation.baskets import (
    Menus,
    brand_weights,
    draw_brands,
    draw_items,
    items_json,
    menus_of,
    slowest_brand,
)
from generator.simulation.deliveries import draw_deliveries, pings_between
from generator.simulation.demand import (
    MICROSECONDS_PER_DAY,
    minute_weights,
    order_times,
    shape_of,
    weekday_factor,
)
from generator.simulation.event_table import (
    DeliveryAddresses,
    OrderLifecycles,
    delivery_addresses,
    event_table,
)
from generator.simulation.kitchen import (
    CLEARED_AT,
    Preparation,
    draw_preparation,
    open_stations,
    serve,
    serve_over_midnight,
    slowness,
)
from generator.simulation.order_ids import order_numbers

if TYPE_CHECKING:
    from datetime import date

    import pyarrow as pa
    from numpy.random import Generator
    from numpy.typing import NDArray

    from generator.catalogue.records import Catalogue
    from generator.configuration.kitchen_settings import KitchenSettings
    from generator.roads.routing import DeliveryRoutes


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
    paces
        Preparation time of each brand relative to the mean of the catalogue, shape (B,).
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
    paces: NDArray[np.float64]
    minute_weights: NDArray[np.float64]
    start: date
    seed: int
    order_seed: int

    @property
    def location_id(self) -> int:
        """Return the key of the kitchen."""
        return self.settings.location.location_id

    def open_stations(self, day: int) -> int:
        """Return how many orders can be cooked at the same time from 04:00 of a day on."""
        return open_stations(self.settings, day)

    def rng(self, day: int, purpose: Purpose) -> Generator:
        """Return the random numbers of one purpose on one day."""
        return make_rng(self.seed, self.location_id, day, purpose)


@dataclass(frozen=True)
class KitchenDay:
    """What one day in one kitchen leaves behind.

    Attributes
    ----------
    events
        All events of the orders placed on this day, in the canonical schema and order.
    orders
        How many orders these are.
    longest_wait
        Longest time that an order waited for a free station, microseconds.
    stations_free_at
        When each open station is free, a heap of microseconds since day 0: how the next day
        finds the kitchen.
    """

    events: pa.Table
    orders: int
    longest_wait: int
    stations_free_at: list[int]


@dataclass(frozen=True)
class _Placed:
    """The orders of one kitchen-day as they come in: when, from which brands, how much work."""

    created: NDArray[np.int64]
    chosen: NDArray[np.int64]
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
        What distinguishes the kitchen; its own random seed, if it has one, goes before ``seed``.
    catalogue
        Brands and items.
    routes
        Where it delivers.
    start
        Date of day 0.
    seed
        Seed of the dataset.
    """
    mean_prep_time = sum(brand.avg_prep_time_min for brand in catalogue.brands) / len(
        catalogue.brands
    )
    return Kitchen(
        settings=settings,
        addresses=delivery_addresses(routes),
        menus=menus_of(catalogue, settings.brands),
        paces=np.array([brand.prep_time_min / mean_prep_time for brand in settings.brands]),
        minute_weights=minute_weights(shape_of(settings.location.location_code)),
        start=start,
        seed=seed if settings.random_seed is None else settings.random_seed,
        order_seed=seed,
    )


def expected_orders(kitchen: Kitchen, day: int) -> float:
    """Return the orders expected on a day: growth and weekday, without noise."""
    settings = kitchen.settings
    shape = shape_of(settings.location.location_code)
    level = settings.expected_orders(day)
    return level * weekday_factor(shape, kitchen.start + timedelta(days=day))


def _placed(kitchen: Kitchen, day: int) -> _Placed:
    settings = kitchen.settings
    created = day * MICROSECONDS_PER_DAY + order_times(
        kitchen.rng(day, Purpose.DEMAND),
        expected_orders(kitchen, day),
        settings.noise,
        kitchen.minute_weights,
    )
    chosen = draw_brands(
        kitchen.rng(day, Purpose.BRANDS),
        created.size,
        brand_weights(settings.brands, day, settings.story_days),
    )
    preparation = draw_preparation(
        kitchen.rng(day, Purpose.COOKING),
        settings,
        slowest_brand(chosen, kitchen.paces) * slowness(settings, day),
    )
    return _Placed(created, chosen, preparation)


def stations_at_midnight(kitchen: Kitchen, day: int) -> list[int]:
    """Return when each open station is free as a day begins, from the evening before it alone.

    The kitchen is cleared at 04:00, so the orders of the day before since then are all that
    matters; they are drawn again, without customers or drivers.
    """
    if day == 0:
        return [0] * kitchen.open_stations(0)
    placed = _placed(kitchen, day - 1)
    cleared = (day - 1) * MICROSECONDS_PER_DAY + CLEARED_AT
    since = int(np.searchsorted(placed.created, cleared))
    free_at = [cleared] * kitchen.open_stations(day - 1)
    acknowledged = placed.created + placed.preparation.acknowledged_after
    serve(acknowledged[since:], placed.preparation.cooking[since:], free_at)
    return free_at


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
        How the day before left the stations, where that is at hand; else it is worked out, with
        the same result.
    """
    placed = _placed(kitchen, day)
    started, free_at = serve_over_midnight(
        placed.created,
        placed.preparation,
        day * MICROSECONDS_PER_DAY,
        kitchen.open_stations(day),
        stations_free_at or stations_at_midnight(kitchen, day),
    )
    finished = started + placed.preparation.cooking
    ready = finished + placed.preparation.packing
    deliveries = draw_deliveries(
        kitchen.rng(day, Purpose.DELIVERY),
        kitchen.settings,
        started,
        ready,
        kitchen.addresses.routes.distance_m,
    )
    baskets = draw_items(kitchen.rng(day, Purpose.ITEMS), placed.chosen, kitchen.menus)
    orders = placed.created.size
    lifecycles = OrderLifecycles(
        order_numbers=order_numbers(
            kitchen.order_seed, kitchen.location_id, day, np.arange(orders, dtype=np.int64)
        ),
        milestones=np.column_stack(
            (
                *(placed.created, started, finished, ready),
                *(deliveries.arrived, deliveries.picked_up, deliveries.delivered),
            )
        ),
        deliveries=deliveries,
        pings=pings_between(
            deliveries.picked_up, deliveries.delivered, kitchen.settings.ping_seconds
        ),
        baskets=items_json(baskets, kitchen.menus),
    )
    events = event_table(
        lifecycles,
        kitchen.addresses,
        kitchen.settings,
        epoch_seconds,
        kitchen.rng(day, Purpose.MISSING_FIELDS),
    )
    waits = started - placed.created - placed.preparation.acknowledged_after
    return KitchenDay(events, orders, int(waits.max(initial=0)), free_at)
