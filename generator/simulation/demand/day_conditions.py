"""What a day in a kitchen is like before any random number is drawn: how the kitchen develops."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

    from generator.configuration.kitchen_settings import KitchenBrand, KitchenSettings

_DAYS_PER_MONTH = 30.0

# A growing kitchen opens stations in step with its orders. A shrinking one loses cooks faster than
# customers, and those who stay work more slowly: this is why Chicago is late.
_STATIONS_EXPONENT = 1.6
_SLOWNESS_EXPONENT = 0.7


@dataclass(frozen=True)
class DayConditions:
    """What distinguishes a day of a kitchen from its other days.

    Attributes
    ----------
    brand_weights
        Weight of each brand when customers choose, shape (B,); 0 while it is closed.
    open_stations
        How many orders can be cooked at the same time from 04:00 on.
    slowness
        Factor by which cooking takes longer than on the first day.
    expected_orders
        Orders expected, without noise.
    """

    brand_weights: NDArray[np.float64]
    open_stations: int
    slowness: float
    expected_orders: float


def day_conditions(settings: KitchenSettings, start: date, day: int) -> DayConditions:
    """Return the conditions of a day, from growth, weekday and the brands that are open.

    Parameters
    ----------
    settings
        What distinguishes the kitchen.
    start
        Date of day 0.
    day
        Days since the start.
    """
    return DayConditions(
        brand_weights=np.array(
            [brand_weight(brand, day, settings.story_days) for brand in settings.brands]
        ),
        open_stations=open_stations(settings, day),
        slowness=_slowness(settings, day),
        expected_orders=usual_orders(settings, day)
        * settings.trade.demand.weekday_factor(
            start + timedelta(days=day), of_a_monday=settings.orders_of_a_monday
        ),
    )


def usual_orders(settings: KitchenSettings, day: int) -> float:
    """Return the orders of a usual day at this point of the story: neither weekday nor noise."""
    first, last = settings.orders_first_day, settings.orders_last_day
    days_of_growth = min(day, settings.story_days - 1)
    if last is None:
        return float(first * (1.0 + settings.growth_rate_daily) ** days_of_growth)
    return first + (last - first) * days_of_growth / (settings.story_days - 1)


def brand_weight(brand: KitchenBrand, day: int, story_days: int) -> float:
    """Return the weight of a brand among those of its kitchen: 1 on its first day, 0 while closed.

    Growth ends with the story, ``story_days`` after the start; opening and closing go on.
    """
    if day < brand.start_day or (brand.end_day is not None and day >= brand.end_day):
        return 0.0
    days_of_growth = min(day, max(story_days, brand.start_day)) - brand.start_day
    return float((1.0 + brand.growth_rate_monthly) ** (days_of_growth / _DAYS_PER_MONTH))


def open_stations(settings: KitchenSettings, day: int) -> int:
    """Return how many of a kitchen's stations are staffed on a day, at least one, at most all."""
    if settings.all_stations_open:
        return settings.stations
    orders = usual_orders(settings, day)
    if settings.growth_rate_daily >= 0:
        share = orders / usual_orders(settings, settings.story_days - 1)
        return max(1, ceil(settings.stations * share))
    share = orders / usual_orders(settings, 0)
    return max(1, round(settings.stations * float(share**_STATIONS_EXPONENT)))


def _slowness(settings: KitchenSettings, day: int) -> float:
    """Return by how much cooking takes longer than on the first day: 1 unless cooks leave."""
    if settings.all_stations_open:
        return 1.0
    share = usual_orders(settings, day) / usual_orders(settings, 0)
    return max(1.0, float(share**-_SLOWNESS_EXPONENT))
