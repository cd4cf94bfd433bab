"""Who delivers: the couriers of a kitchen, and which of them work when on a day."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from common.time_units import MICROSECONDS_PER_DAY, MICROSECONDS_PER_MINUTE

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

VEHICLES = ("car", "scooter", "bicycle")
_VEHICLE_SHARES = (0.68, 0.17, 0.15)
# In town a scooter loses less time than a car, an electric bicycle a little more.
_PACES = np.array([1.0, 0.96, 1.08])
PAY_ZONES = ("core", "inner", "outer")
_PAY_ZONE_SHARES = (0.45, 0.35, 0.20)

# Shifts of three to five and a half hours (Grubhub: quartiles 3 and 4, bicycle couriers 5.3).
_SHORTEST_SHIFT_HOURS, _LONGEST_SHIFT_HOURS = 3.0, 5.5
# How many couriers are planned for work that keeps w of them busy, from the forecast alone:
# a * w + c * sqrt(w), which is more than enough of few and too little of many. How busy a courier
# is on average.
_PLANNED_COURIERS, _SPARE_COURIERS = 0.14, 2.15
_PLANNED_USE = 0.72
# How many more couriers there are than shifts on the busiest day: nobody works every day.
_COURIERS_PER_SHIFT = 1.8
# Some work on most days, most on few (DoorDash 2015: the top tenth does a third).
_ACTIVITY_SHAPE = 1.1
_HALF_HOURS = 48
_BEGINS_HOUR, _HALF_HOUR = 4.0, 0.5
_UNTIL_LATE_MINUTES = 15.0
# With fewer orders than this in half an hour nobody waits at the kitchen.
_ANYBODY = 0.05


@dataclass(frozen=True)
class Fleet:
    """The K couriers of a kitchen, shape (K,) each.

    Attributes
    ----------
    vehicle, pay_zone
        Positions in ``VEHICLES`` and ``PAY_ZONES``.
    pace
        Time of a drive relative to that of a car.
    activity
        How often each works, relative to the others.
    gps_noise
        Noise of each one's telephone relative to the usual.
    """

    vehicle: NDArray[np.int64]
    pay_zone: NDArray[np.int64]
    pace: NDArray[np.float64]
    activity: NDArray[np.float64]
    gps_noise: NDArray[np.float64]


@dataclass(frozen=True)
class Shifts:
    """The shifts of a working day in the order in which they begin, shape (C,) each.

    Attributes
    ----------
    courier
        Who works.
    begins, ends
        Microseconds since day 0.
    """

    courier: NDArray[np.int64]
    begins: NDArray[np.int64]
    ends: NDArray[np.int64]


def draw_fleet(rng: Generator, orders_a_day: float, minutes_an_order: float) -> Fleet:
    """Draw the couriers of a kitchen.

    Parameters
    ----------
    rng
        Random numbers of this kitchen.
    orders_a_day
        Orders of its busiest day, as planned.
    minutes_an_order
        How long a courier is busy with an order.
    """
    hours = orders_a_day * minutes_an_order / 60.0 / _PLANNED_USE
    shifts = hours / (0.5 * (_SHORTEST_SHIFT_HOURS + _LONGEST_SHIFT_HOURS)) + 2.0
    size = ceil(_COURIERS_PER_SHIFT * shifts)
    vehicle = rng.choice(len(VEHICLES), size, p=_VEHICLE_SHARES)
    return Fleet(
        vehicle=vehicle,
        pay_zone=rng.choice(len(PAY_ZONES), size, p=_PAY_ZONE_SHARES),
        pace=_PACES[vehicle] * rng.uniform(0.95, 1.05, size),
        activity=rng.standard_gamma(_ACTIVITY_SHAPE, size) + 0.05,
        gps_noise=rng.uniform(0.5, 1.7, size),
    )


def plan_shifts(
    rng: Generator, fleet: Fleet, forecast: NDArray[np.float64], minutes_an_order: float, day: int
) -> Shifts:
    """Plan who works from 04:00 of a day to 04:00 of the next.

    Parameters
    ----------
    rng
        Random numbers of this kitchen-day.
    fleet
        The couriers.
    forecast
        Orders expected in each minute of these 24 hours, as planned, shape (1440,).
    minutes_an_order
        How long a courier is busy with an order.
    day
        The day.
    """
    in_half_hour = forecast.reshape(_HALF_HOURS, -1).sum(axis=1)
    busy = in_half_hour * (minutes_an_order / 30.0)
    needed = np.ceil(_PLANNED_COURIERS * busy + _SPARE_COURIERS * np.sqrt(busy))
    needed[in_half_hour < _ANYBODY] = 0
    drawn = rng.random((fleet.activity.size, 2)).tolist()
    spans: list[tuple[float, float]] = []
    for half_hour, wanted in enumerate(needed.tolist()):
        now = half_hour * _HALF_HOUR
        working = sum(1 for _, end in spans if end >= now + _HALF_HOUR)
        while working < wanted and len(spans) < len(drawn):
            late, length = drawn[len(spans)]
            begin = now + late * _UNTIL_LATE_MINUTES / 60.0
            span = _LONGEST_SHIFT_HOURS - _SHORTEST_SHIFT_HOURS
            spans.append((begin, begin + _SHORTEST_SHIFT_HOURS + length * span))
            working += 1
    if not spans:
        spans = [(0.0, 24.0)]
    hours = np.array(spans)
    order = np.argsort(hours[:, 0], kind="stable")
    midnight = day * MICROSECONDS_PER_DAY
    times = (
        midnight
        + np.rint((hours[order] + _BEGINS_HOUR) * 60.0).astype(np.int64) * MICROSECONDS_PER_MINUTE
    )
    waiting = rng.standard_exponential(fleet.activity.size) / fleet.activity
    courier = np.argsort(waiting, kind="stable")[: len(spans)]
    return Shifts(courier, times[:, 0], times[:, 1])
