"""From bag to door: when the driver comes, how long the drive takes, where the driver is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from common.time_units import MICROSECONDS_PER_DAY, MICROSECONDS_PER_SECOND
from generator.simulation.durations import draw_minutes, round_to_millis

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from generator.configuration.kitchen_settings import KitchenSettings

_METRES_PER_SECOND_PER_MPH = 0.44704

_RUSH_HOURS = ((7.0, 9.0), (16.0, 19.0))
_RUSH_FACTOR = 1.3
_DRIVE_DEVIATION = 0.12
_DRIVE_FACTORS = (0.7, 1.6)
_SHORTEST_DRIVE_SECONDS = 60.0


@dataclass(frozen=True)
class Deliveries:
    """How N orders get to their customers; times in microseconds since day 0, shape (N,) each.

    Attributes
    ----------
    address
        Number of the customer's address.
    arrived, picked_up, delivered
        The driver at the kitchen, leaving it, and at the door.
    eta_minutes
        Minutes the drive is expected to take, as promised at pick-up.
    """

    address: NDArray[np.int64]
    arrived: NDArray[np.int64]
    picked_up: NDArray[np.int64]
    delivered: NDArray[np.int64]
    eta_minutes: NDArray[np.float64]


@dataclass(frozen=True)
class Pings:
    """P position reports of N drives, in order of order and time, shape (P,) each.

    Attributes
    ----------
    order
        Which drive, 0 to N - 1.
    at
        Microseconds since day 0.
    fraction
        Part of the way that has been driven, between 0 and 1, exclusive.
    """

    order: NDArray[np.int64]
    at: NDArray[np.int64]
    fraction: NDArray[np.float64]


def rush_factor(at: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the factor by which drives take longer that begin at these microseconds of day 0."""
    hour = (at % MICROSECONDS_PER_DAY) / (MICROSECONDS_PER_DAY / 24)
    rush = np.any([(hour >= start) & (hour < end) for start, end in _RUSH_HOURS], axis=0)
    return np.where(rush, _RUSH_FACTOR, 1.0)


def draw_deliveries(
    rng: Generator,
    settings: KitchenSettings,
    created: NDArray[np.int64],
    ready: NDArray[np.int64],
    distance_m: NDArray[np.float64],
) -> Deliveries:
    """Draw customer, driver and drive of each order.

    The bag waits ``ready_to_picked_up``. A driver who comes after it is ready arrives within that
    wait; one who comes before arrives between order and ready. So no driver picks up before
    arriving.

    Parameters
    ----------
    rng
        Random numbers of this kitchen-day.
    settings
        Driver arrival, speed and waiting time of the kitchen.
    created, ready
        When the order was placed and when its bag was ready, microseconds since day 0, shape (N,)
        each.
    distance_m
        Length of the way to each address, metres, shape (A,).
    """
    orders = ready.size
    arrival = settings.driver_arrival
    address = rng.integers(0, distance_m.size, size=orders, dtype=np.int64)
    wait = draw_minutes(rng, settings.service_times.ready_to_picked_up, orders)
    comes_after = rng.random(orders) < arrival.after_ready
    part = rng.beta(arrival.alpha, arrival.beta, size=orders)
    begin = np.where(comes_after, ready, created)
    span = np.where(comes_after, wait, ready - created)
    arrived = begin + round_to_millis(part * span)
    picked_up = ready + wait

    metres_per_second = settings.driver_mph * _METRES_PER_SECOND_PER_MPH
    promised = np.maximum(
        distance_m[address] / metres_per_second * rush_factor(picked_up), _SHORTEST_DRIVE_SECONDS
    )
    noise_factor = np.clip(1.0 + _DRIVE_DEVIATION * rng.standard_normal(orders), *_DRIVE_FACTORS)
    return Deliveries(
        address=address,
        arrived=arrived,
        picked_up=picked_up,
        delivered=picked_up + round_to_millis(promised * noise_factor * 1_000_000.0),
        eta_minutes=np.round(promised / 60.0, 1),
    )


def pings_between(deliveries: Deliveries, ping_seconds: int) -> Pings:
    """Return a report every ``ping_seconds``, strictly between pick-up and delivery.

    Parameters
    ----------
    deliveries
        The drives.
    ping_seconds
        Whole seconds between two reports.
    """
    picked_up = deliveries.picked_up
    step = ping_seconds * MICROSECONDS_PER_SECOND
    drive = deliveries.delivered - picked_up
    count = (drive - 1) // step
    order = np.repeat(np.arange(drive.size), count)
    number = 1 + np.arange(order.size) - np.repeat(np.cumsum(count) - count, count)
    return Pings(order, picked_up[order] + number * step, number * step / drive[order])
