"""Who orders: people at doors, with habits, who come and go.

A kitchen has a fixed number of seats. In each seat lives one person after another, at the same
door: so people join and leave all the time, there are about as many on every day, and who sits
where on a day is known without looking at any other day.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from common.time_units import MICROSECONDS_PER_DAY, MICROSECONDS_PER_MINUTE, hour_of_day
from generator.roads.geometry import great_circle_m

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from generator.roads.routing import DeliveryRoutes

# Seats for each order of a usual day: over ninety days about a fifth of the people order at all,
# and these twice (a kitchen operator in Delhi: 1.84 orders a customer in five months).
_SEATS_PER_ORDER = 140
_FEWEST_SEATS, _MOST_SEATS = 60, 250_000
# Orders of a person are Poisson with a gamma distributed rate: very few order very often
# (DoorDash 2015: shape 0.14 to 0.24 if a tenth to a third of all people order in a month).
_RATE_SHAPE = 0.12
# The density of customers falls by this factor e in so many kilometres (Grubhub: median 2.1 km).
_FADING_KM = 1.55
_TOWER_SHARE, _TOWER_SEATS = 0.04, 9.0
_FLOORS, _UNITS_A_FLOOR = 14, 8
_SHORTEST_STAY, _LONGEST_STAY = 60, 420
# The seat is empty for the last part of each stay.
_EMPTY_SHARE = 0.1
# Taste for each brand: gamma distributed; a favourite grows dearer with the weeks.
_TASTE_SHAPE = 0.75
_HABIT, _HABIT_DAYS = 1.4, 40.0
# People who had a brand yesterday take another today, more often than not.
_AVOIDED_WITHIN = ((1.0, 0.62), (3.0, 0.28))
# Parts of the subtotal that the app proposes as a tip, and how many people usually choose each.
TIPS = np.array([0.0, 0.10, 0.15, 0.18, 0.20, 0.25])
_TIP_SHARES = np.array([0.08, 0.20, 0.32, 0.20, 0.16, 0.04])
_TRIES = 8
_RAREST = 1e-9
_NOT_AGAIN_WITHIN = 45 * MICROSECONDS_PER_MINUTE
# Beginning of evening and of night, hours.
_EVENING, _NIGHT, _MORNING = 15.0, 21.0, 4.0
DAYPARTS = 3


@dataclass(frozen=True)
class Population:
    """The S seats of a kitchen, shape (S,) each.

    Attributes
    ----------
    address
        Number of the door.
    unit
        Number of the flat behind it, 0 in a house of one family.
    scales
        How often people order by day, in the evening and at night, relative to others, added up
        from seat to seat, (3, S).
    stay_days, offset_days
        How long each person stays, and on which day of a stay day 0 is.
    taste
        How much a person likes each brand, (S, B).
    tip
        What a person usually tips, by its position in ``TIPS``.
    company
        From 0 to 1: how often a person orders for others too.
    """

    address: NDArray[np.int64]
    unit: NDArray[np.int64]
    scales: NDArray[np.float64]
    stay_days: NDArray[np.int64]
    offset_days: NDArray[np.int64]
    taste: NDArray[np.float32]
    tip: NDArray[np.int64]
    company: NDArray[np.float64]


@dataclass(frozen=True)
class Customers:
    """Who placed N orders, shape (N,) each.

    Attributes
    ----------
    seat
        Their seats.
    person
        How many people sat there before.
    known_days
        How long they have been customers.
    """

    seat: NDArray[np.int64]
    person: NDArray[np.int64]
    known_days: NDArray[np.int64]


def draw_population(
    rng: Generator, routes: DeliveryRoutes, kitchen: tuple[float, float], usual: float, brands: int
) -> Population:
    """Draw the people around a kitchen.

    Parameters
    ----------
    rng
        Random numbers of this kitchen.
    routes
        Where it delivers.
    kitchen
        Its latitude and longitude, degrees.
    usual
        Orders of a usual day.
    brands
        How many brands it has, B.
    """
    seats = int(np.clip(_SEATS_PER_ORDER * usual, _FEWEST_SEATS, _MOST_SEATS))
    distance_km = great_circle_m(*kitchen, routes.latitude, routes.longitude) / 1000.0
    tower = rng.random(distance_km.size) < _TOWER_SHARE
    # Rounded: no processor's last digit decides where somebody lives.
    weights = np.round(np.exp(-distance_km / _FADING_KM), 6) + 1e-6
    weights = weights * np.where(tower, _TOWER_SEATS, 1.0)
    address = _pick(rng, weights, seats)
    in_tower = tower[address]
    unit = np.where(
        in_tower,
        100 * rng.integers(1, _FLOORS + 1, seats) + rng.integers(1, _UNITS_A_FLOOR + 1, seats),
        0,
    )
    rate = rng.standard_gamma(_RATE_SHAPE, seats)
    dayparts = rng.standard_gamma(np.array([[1.1], [1.3], [0.7]]), (DAYPARTS, seats))
    dayparts /= np.maximum(dayparts.sum(axis=0), 1e-9)
    stay = rng.integers(_SHORTEST_STAY, _LONGEST_STAY + 1, seats)
    return Population(
        address=address,
        unit=unit.astype(np.int64),
        scales=np.cumsum(rate * dayparts + _RAREST, axis=1),
        stay_days=stay,
        offset_days=rng.integers(0, _LONGEST_STAY, seats) % stay,
        taste=rng.standard_gamma(_TASTE_SHAPE, (seats, brands)).astype(np.float32),
        tip=_pick(rng, _TIP_SHARES, seats),
        company=rng.random(seats),
    )


def choose_customers(
    rng: Generator, population: Population, created: NDArray[np.int64], day: int
) -> Customers:
    """Choose who placed each of the N orders of a day.

    Parameters
    ----------
    rng
        Random numbers of this kitchen-day.
    population
        The people.
    created
        When the orders were placed, microseconds since day 0, shape (N,).
    day
        The day.
    """
    part = daypart(created)
    drawn = rng.random((_TRIES, created.size))
    seat = np.full(created.size, -1, dtype=np.int64)
    for attempt in drawn:
        # Of an empty seat nothing is ordered; nor does anybody order who waits for an order.
        open_orders = np.flatnonzero(seat < 0)
        for number in range(DAYPARTS):
            chosen = open_orders[part[open_orders] == number]
            seat[chosen] = _at(population.scales[number], attempt[chosen])
        gone = open_orders[~_is_there(population, seat[open_orders], day)]
        seat[gone] = -1
        seat[_again_within(seat, created, _NOT_AGAIN_WITHIN)] = -1
        if (seat >= 0).all():
            break
    # So unlikely that it hardly ever happens: whoever sits there has come today.
    seat = np.maximum(seat, 0)
    person, known = np.divmod(population.offset_days[seat] + day, population.stay_days[seat])
    return Customers(seat, person, known)


def people_around(population: Population, day: int) -> int:
    """Return how many people live around a kitchen on a day."""
    seats = np.arange(population.address.size)
    return int(_is_there(population, seats, day).sum())


def _is_there(population: Population, seat: NDArray[np.int64], day: int) -> NDArray[np.bool_]:
    """Return whether somebody sits in seats on a day, (N,)."""
    stay = population.stay_days[seat]
    known = (population.offset_days[seat] + day) % stay
    return np.asarray(known < (1.0 - _EMPTY_SHARE) * stay)


def _again_within(
    seat: NDArray[np.int64], created: NDArray[np.int64], time: int
) -> NDArray[np.bool_]:
    """Return which orders, sorted by time, come from a seat so soon after one before, (N,).

    Seats below 0 are not known yet.
    """
    by_seat = np.argsort(seat, kind="stable")
    soon = np.zeros(seat.size, dtype=np.bool_)
    earlier, later = by_seat[:-1], by_seat[1:]
    soon[later] = (seat[earlier] == seat[later]) & (created[later] - created[earlier] < time)
    return soon & (seat >= 0)


def daypart(created: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return 0 for orders placed by day, 1 for those of the evening, 2 for those of the night."""
    hour = hour_of_day(created)
    night = (hour >= _NIGHT) | (hour < _MORNING)
    return np.where(night, 2, np.where(hour >= _EVENING, 1, 0))


def brand_preferences(
    population: Population, customers: Customers, weights: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return how much each customer likes to order from each brand, shape (N, B).

    Parameters
    ----------
    population, customers
        The people, and who of them orders.
    weights
        Weight of each brand for everybody, shape (B,), 0 for one that is closed.
    """
    brands = weights.size
    own = (np.arange(brands) + customers.person[:, np.newaxis]) % brands
    taste = population.taste[customers.seat[:, np.newaxis], own].astype(np.float64)
    preferences = (taste + 0.02) * weights
    if preferences.size:
        rows = np.arange(len(preferences))
        known = customers.known_days
        preferences[rows, preferences.argmax(axis=1)] *= 1.0 + _HABIT * known / (
            known + _HABIT_DAYS
        )
    return np.asarray(preferences)


def another_brand_today(
    rng: Generator,
    seat: NDArray[np.int64],
    created: NDArray[np.int64],
    brand: NDArray[np.int64],
    orders: int,
) -> NDArray[np.bool_]:
    """Return which of the last N orders go to another brand, because it was the last one too.

    Parameters
    ----------
    rng
        Random numbers of this kitchen-day.
    seat, created, brand
        Orders of this day and of the days before it, oldest first, shape (M,): who, when, and the
        brand that is preferred most.
    orders
        How many of them are of this day, N.
    """
    by_customer = np.lexsort((created, seat))
    before = np.full(seat.size, -1, dtype=np.int64)
    earlier, later = by_customer[:-1], by_customer[1:]
    same = (seat[earlier] == seat[later]) & (brand[earlier] == brand[later])
    before[later[same]] = earlier[same]
    today = np.arange(seat.size - orders, seat.size)
    last = before[today]
    gap_days = (created[today] - created[last]) / MICROSECONDS_PER_DAY
    avoided = np.zeros(orders)
    for within, share in reversed(_AVOIDED_WITHIN):
        avoided = np.where(gap_days < within, share, avoided)
    return (last >= 0) & (rng.random(orders) < avoided)


def address_texts(
    texts: pa.StringArray, address: NDArray[np.int64], unit: NDArray[np.int64]
) -> pa.StringArray:
    """Return what is written on orders: the address, and in a tower the number of the flat."""
    house = texts.take(pa.array(address))
    flat = pc.binary_join_element_wise(house, pc.cast(pa.array(unit), pa.string()), ", Apt ")
    return pc.if_else(pa.array(unit > 0), flat, house)


def _pick(rng: Generator, weights: NDArray[np.floating], size: int) -> NDArray[np.int64]:
    return _at(np.cumsum(weights), rng.random(size))


def _at(scale: NDArray[np.floating], drawn: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the position of each number between 0 and 1 on a scale of weights added up."""
    found = np.searchsorted(scale, drawn * scale[-1], side="right")
    return np.asarray(np.minimum(found, scale.size - 1))
