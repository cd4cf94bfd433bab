"""What each order asks of its courier: when to come, how far to drive, where to stop, whom to meet.

All of it is drawn before anybody knows which courier goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from generator.configuration.kitchen_settings import Minutes
from generator.simulation.durations import draw_gamma, draw_minutes, round_to_millis

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from generator.configuration.kitchen_settings import KitchenSettings
    from generator.roads.routing import DeliveryRoutes

MOST_STOPS = 14
# Lights and turns at which one stops, for each kilometre.
_STOPS_PER_KM = 1.25
_STOP_SECONDS, _STOP_SHAPE = 18.0, 1.6
_PACE_DEVIATION = 0.085
_PARKING = Minutes(0.7, 0.4)
# From the car to the hand of the customer (DoorDash engineers: 2-3 minutes at a house, 8-12 in a
# tower; Grubhub assumes 4).
_AT_A_HOUSE, _IN_A_TOWER = Minutes(1.7, 0.75), Minutes(4.1, 1.5)
# From arriving to leaving, when the bag is there.
_AT_THE_COUNTER = Minutes(1.1, 0.5)
# How long a bag waits until somebody says that no courier will come.
_PATIENCE = Minutes(31.0, 6.0)
# One in so many couriers looks for company; if couriers are missing, all do.
_SOCIABLE_SHARE = 0.03
# At a door that nobody opens.
_SEARCHING = Minutes(7.5, 2.0)


@dataclass(frozen=True)
class Errands:
    """What N orders ask of their couriers, shape (N,) each; times in microseconds.

    Attributes
    ----------
    address
        Number of the customer's address.
    effort_m
        Way there, metres at mean speed.
    comes_after, arrival_part, wait
        Whether the courier should come after the bag is ready, in which part of the time until
        then or of the wait, and how long a bag waits for a courier who comes when he should.
    pace
        How long the drive takes relative to what is usual.
    stop_m, stop_times
        Where one stops, metres at mean speed from the kitchen in ascending order, and for how
        long, shape (N, K).
    sociable
        Whether the courier looks for a second order to take along even if nobody is missing.
    counter, parking, hand_over, searching, patience
        At the counter with a bag that is ready; from the street to the kerb; from there to the
        customer's hand; at a door that nobody opens; and of the bag that nobody comes for.
    """

    address: NDArray[np.int64]
    effort_m: NDArray[np.float64]
    comes_after: NDArray[np.bool_]
    arrival_part: NDArray[np.float64]
    wait: NDArray[np.int64]
    pace: NDArray[np.float64]
    stop_m: NDArray[np.float64]
    stop_times: NDArray[np.int64]
    sociable: NDArray[np.bool_]
    counter: NDArray[np.int64]
    parking: NDArray[np.int64]
    hand_over: NDArray[np.int64]
    searching: NDArray[np.int64]
    patience: NDArray[np.int64]

    def aimed(self, taken: NDArray[np.int64], ready: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return when the courier of each order should be at the kitchen, shape (N,).

        Parameters
        ----------
        taken
            When each was placed or, if it had to wait for a station, so much later: nobody is sent
            for what stands in a queue; shape (N,).
        ready
            When its bag is ready, shape (N,).
        """
        begin = np.where(self.comes_after, ready, taken)
        span = np.where(self.comes_after, self.wait, ready - taken)
        return begin + round_to_millis(self.arrival_part * span)


def draw_errands(
    rng: Generator,
    settings: KitchenSettings,
    routes: DeliveryRoutes,
    address: NDArray[np.int64],
    in_tower: NDArray[np.bool_],
) -> Errands:
    """Draw what the orders of a day ask of their couriers.

    Parameters
    ----------
    rng
        Random numbers of this kitchen-day.
    settings
        Arrival of drivers and waiting time of the kitchen.
    routes
        The way to each address.
    address, in_tower
        Where each order goes, and whether many people live there, shape (N,) each.
    """
    orders = address.size
    arrival = settings.driver_arrival
    wait = draw_minutes(rng, settings.service_times.ready_to_picked_up, orders)
    comes_after = rng.random(orders) < arrival.after_ready
    part = rng.beta(arrival.alpha, arrival.beta, size=orders)
    expected_stops = routes.distance_m[address] / 1000.0 * _STOPS_PER_KM
    stops = rng.binomial(MOST_STOPS, np.minimum(expected_stops / MOST_STOPS, 0.9))
    stop_m, stop_times = _draw_stops(rng, routes, address, stops)
    return Errands(
        address=address,
        effort_m=routes.effort_m[address],
        comes_after=comes_after,
        arrival_part=part,
        wait=wait,
        pace=draw_gamma(rng, 1.0, _PACE_DEVIATION, orders),
        stop_m=stop_m,
        stop_times=stop_times,
        sociable=rng.random(orders) < _SOCIABLE_SHARE,
        counter=draw_minutes(rng, _AT_THE_COUNTER, orders),
        parking=draw_minutes(rng, _PARKING, orders),
        hand_over=np.where(
            in_tower, draw_minutes(rng, _IN_A_TOWER, orders), draw_minutes(rng, _AT_A_HOUSE, orders)
        ),
        searching=draw_minutes(rng, _SEARCHING, orders),
        patience=draw_minutes(rng, _PATIENCE, orders),
    )


def _draw_stops(
    rng: Generator,
    routes: DeliveryRoutes,
    address: NDArray[np.int64],
    stops: NDArray[np.int64],
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Draw where on the way to N addresses one stops, always at a corner, and for how long."""
    shape = (address.size, MOST_STOPS)
    here = np.arange(MOST_STOPS) < stops[:, np.newaxis]
    order = np.nonzero(here)[0]
    stop_m = np.zeros(shape)
    stop_times = np.zeros(shape, dtype=np.int64)
    effort = routes.effort_m[address[order]]
    stop_m[here] = routes.corners(address[order], rng.random(order.size) * effort)
    seconds = rng.standard_gamma(_STOP_SHAPE, order.size) * (_STOP_SECONDS / _STOP_SHAPE)
    stop_times[here] = round_to_millis(seconds * 1e6)
    sorting = np.argsort(stop_m, axis=1, kind="stable")
    return np.take_along_axis(stop_m, sorting, 1), np.take_along_axis(stop_times, sorting, 1)


def usual_minutes(
    distance_m: NDArray[np.float64], in_tower: NDArray[np.bool_]
) -> NDArray[np.float64]:
    """Return the minutes that stops, parking and handing over usually add to a drive, (N,)."""
    stopping = distance_m / 1000.0 * _STOPS_PER_KM * _STOP_SECONDS / 60.0
    meeting = np.where(in_tower, _IN_A_TOWER.mean, _AT_A_HOUSE.mean)
    return np.asarray(stopping + _PARKING.mean + meeting)
