"""Where couriers are: the GPS fixes of their drives."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from common.earth import METRES_PER_DEGREE
from common.time_units import MICROSECONDS_PER_SECOND
from generator.simulation.durations import round_to_millis

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from generator.configuration.kitchen_settings import PositionReports
    from generator.roads.routing import DeliveryRoutes
    from generator.simulation.delivery.dispatch import Deliveries
    from generator.simulation.delivery.errands import Errands

# Reports come in the order in which they are due, however unpunctual.
_MOST_JITTER = 0.12


@dataclass(frozen=True)
class Fixes:
    """P fixes of the drives of N orders, shape (P,) each.

    Attributes
    ----------
    order
        Which order, 0 to N - 1.
    at
        Microseconds since day 0.
    latitude, longitude
        Degrees.
    progress
        Part of the way that is driven, from 0 to 1.
    """

    order: NDArray[np.int64]
    at: NDArray[np.int64]
    latitude: NDArray[np.float64]
    longitude: NDArray[np.float64]
    progress: NDArray[np.float64]


@dataclass(frozen=True)
class _Drives:
    """Drives in progress, shape (P,) each.

    Attributes
    ----------
    order
        Which order is brought.
    driven_m
        How far its courier has driven to its door, from the kitchen or from the door before,
        metres at mean speed.
    """

    order: NDArray[np.int64]
    driven_m: NDArray[np.float64]


def draw_fixes(
    rng: Generator,
    reports: PositionReports,
    deliveries: Deliveries,
    errands: Errands,
    routes: DeliveryRoutes,
    noise: NDArray[np.float64],
    drifts: NDArray[np.float64],
) -> Fixes:
    """Draw what the telephones of couriers report between pick-up and the end of an order.

    Who brings two orders has one telephone: both have the same fixes while both are in the car.

    Parameters
    ----------
    rng
        Random numbers of this kitchen-day.
    reports
        How often, how punctually and how exactly telephones report.
    deliveries, errands
        The N orders.
    routes
        The way to each address.
    noise
        Of each order's telephone, relative to the usual, shape (N,).
    drifts
        What all errors of a drive have in common, to the north and to the east, mean 0 and
        variance 1, shape (2, N).
    """
    ends = np.maximum(deliveries.delivered, deliveries.cancelled)
    driven = np.flatnonzero(deliveries.picked_up > 0)
    second = driven[deliveries.after[driven] != 0]
    leader = np.full(ends.size, -1, dtype=np.int64)
    leader[driven] = driven
    leader[second] = second + deliveries.after[second]
    follower = np.full(ends.size, -1, dtype=np.int64)
    follower[leader[second]] = second
    trip = driven[leader[driven] == driven]
    trip_ends = np.where(follower[trip] >= 0, ends[follower[trip]], ends[trip])

    due, at = _report_times(rng, reports, deliveries.picked_up[trip], trip_ends)
    of_trip, follows = trip[due], follower[trip[due]]
    on_first = at < ends[of_trip]
    order = np.where(on_first, of_trip, follows)
    inside = (at > deliveries.picked_up[of_trip]) & (order >= 0)
    inside &= at < ends[np.maximum(order, 0)]
    inside &= rng.random(at.size) >= reports.loss
    at, order = at[inside], order[inside]
    on_first, follows = on_first[inside], follows[inside]
    drives = _progress(deliveries, errands, order, at)
    latitude, longitude = _places(drives, deliveries, errands, routes)
    drift = drifts[:, leader[order]]
    noise_m = reports.noise_m * noise[order]
    latitude, longitude = scattered(rng, latitude, longitude, noise_m, drift)

    both = np.flatnonzero(on_first & (follows >= 0))
    again = np.concatenate((np.arange(order.size), both))
    of_order = np.concatenate((order, follows[both]))
    drives = _Drives(drives.order[again], drives.driven_m[again])
    progress = _part_of_way(deliveries, of_order, drives)
    return Fixes(of_order, at[again], latitude[again], longitude[again], progress)


def places_on_the_way(
    deliveries: Deliveries,
    errands: Errands,
    routes: DeliveryRoutes,
    order: NDArray[np.int64],
    at: NDArray[np.int64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where couriers are who drive to a door, or are there, degrees, (P,) each.

    Parameters
    ----------
    deliveries, errands
        The N orders.
    routes
        The way to each address.
    order
        Whose door each drives to, (P,).
    at
        When, microseconds since day 0, (P,).
    """
    return _places(_progress(deliveries, errands, order, at), deliveries, errands, routes)


def scattered(
    rng: Generator,
    latitude: NDArray[np.float64],
    longitude: NDArray[np.float64],
    noise_m: NDArray[np.float64],
    drift: NDArray[np.float64],
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return places as a telephone measures them, (P,) each.

    ``noise_m`` is the standard deviation to the north and to the east, metres, (P,); half of the
    variance is ``drift``, mean 0 and variance 1, (2, P).
    """
    errors = rng.standard_normal((2, latitude.size))
    north, east = np.sqrt(0.5) * (drift + errors) * noise_m
    # One cosine for all, rounded: no processor's last digit may be seen.
    middle = float(latitude[0]) if latitude.size else 0.0
    shrinking = max(round(float(np.cos(np.deg2rad(round(middle, 1)))), 6), 1e-3)
    return latitude + north / METRES_PER_DEGREE, longitude + east / (METRES_PER_DEGREE * shrinking)


def _report_times(
    rng: Generator,
    reports: PositionReports,
    begins: NDArray[np.int64],
    ends: NDArray[np.int64],
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return for each report between begin and end of T trips its trip, and when it comes."""
    step = reports.seconds * MICROSECONDS_PER_SECOND
    count = np.maximum((ends - begins - 1) // step, 0)
    trip = np.repeat(np.arange(begins.size), count)
    number = 1 + np.arange(trip.size) - np.repeat(np.cumsum(count) - count, count)
    jitter = min(reports.jitter_seconds, _MOST_JITTER * reports.seconds) * MICROSECONDS_PER_SECOND
    late = round_to_millis(rng.standard_normal(trip.size) * jitter)
    return trip, begins[trip] + number * step + late


def _progress(
    deliveries: Deliveries, errands: Errands, order: NDArray[np.int64], at: NDArray[np.int64]
) -> _Drives:
    """Return how far couriers have driven, who stop here and there."""
    elapsed = (at - deliveries.begins[order]).astype(np.float64)
    slowness, share = deliveries.slowness[order], deliveries.stop_share[order]
    used = np.flatnonzero(errands.stop_times.any(axis=0))
    stopped = np.zeros(order.size)
    total = np.zeros(order.size)
    for stop in used.tolist():
        begins = errands.stop_m[order, stop] * share * slowness + total
        lasts = errands.stop_times[order, stop] * share
        stopped += np.clip(elapsed - begins, 0.0, lasts)
        total += lasts
    driven = (elapsed - stopped) / np.where(slowness > 0.0, slowness, 1.0)
    return _Drives(order, np.clip(driven, 0.0, deliveries.way_m[order]))


def _places(
    drives: _Drives, deliveries: Deliveries, errands: Errands, routes: DeliveryRoutes
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return where couriers are on the streets, degrees, (P,) each."""
    order, driven = drives.order, drives.driven_m
    back = deliveries.back_m[order]
    going_back = driven < back
    before = order + deliveries.after[order]
    goal = np.where(going_back, before, order)
    from_kitchen = np.where(
        going_back,
        errands.effort_m[before] - driven,
        errands.effort_m[order] - (deliveries.way_m[order] - driven),
    )
    return routes.positions(errands.address[goal], from_kitchen, at_mean_speed=True)


def _part_of_way(
    deliveries: Deliveries, order: NDArray[np.int64], drives: _Drives
) -> NDArray[np.float64]:
    """Return which part of the way of an order is driven, while its courier drives to a door."""
    driving, driven = drives.order, drives.driven_m
    after = deliveries.after[order]
    before_m = np.where(after != 0, deliveries.way_m[order + after], 0.0)
    so_far = np.where(driving == order, before_m + driven, driven)
    whole = before_m + deliveries.way_m[order]
    return np.clip(so_far / np.where(whole > 0.0, whole, 1.0), 0.0, 1.0)
