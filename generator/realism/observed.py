"""A dataset as an analyst sees it: orders, basket lines, routes and GPS fixes as columns."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from common.time_units import (
    MICROSECONDS_PER_DAY,
    MICROSECONDS_PER_HOUR,
    MICROSECONDS_PER_MINUTE,
    MICROSECONDS_PER_SECOND,
    hour_of_day,
)

if TYPE_CHECKING:
    from datetime import date

    from numpy.typing import NDArray

HOURS_PER_DAY = 24
PEAK_HOURS = (12, 18, 19)
"""The hours of lunch and dinner in which most people order."""

QUIET_HOURS = (10, 14, 15, 16, 22)
"""The hours before, between and after."""

EARLY_MORNING = 4
"""The hour at which a working day ends and the next one begins."""


@dataclass(frozen=True)
class Orders:
    """N orders in the order in which they were placed, shape (N,) each.

    Moments are microseconds since day 0, places are metres east and north of the kitchen; what is
    not known is not-a-number, -1 in a column of codes.

    Attributes
    ----------
    kitchen
        Number of the kitchen.
    created, started, finished, ready, arrived, picked_up, delivered, cancelled
        Moments of the steps.
    east, north
        The customer's door.
    delivered_east, delivered_north
        Where the driver says the order was handed over.
    customer
        Code of the person: of the customer where events name one, else of the address.
    driver
        Code of the driver.
    reason
        Why it was cancelled, empty if it was not.
    eta, promised
        Minutes of the drive expected at pick-up; minutes to the door promised with the order.
    subtotal, delivery_fee, service_fee, tax, tip, discount
        Dollars.
    """

    kitchen: NDArray[np.int64]
    created: NDArray[np.float64]
    started: NDArray[np.float64]
    finished: NDArray[np.float64]
    ready: NDArray[np.float64]
    arrived: NDArray[np.float64]
    picked_up: NDArray[np.float64]
    delivered: NDArray[np.float64]
    cancelled: NDArray[np.float64]
    east: NDArray[np.float64]
    north: NDArray[np.float64]
    delivered_east: NDArray[np.float64]
    delivered_north: NDArray[np.float64]
    customer: NDArray[np.int64]
    driver: NDArray[np.int64]
    reason: NDArray[np.str_]
    eta: NDArray[np.float64]
    promised: NDArray[np.float64]
    subtotal: NDArray[np.float64]
    delivery_fee: NDArray[np.float64]
    service_fee: NDArray[np.float64]
    tax: NDArray[np.float64]
    tip: NDArray[np.float64]
    discount: NDArray[np.float64]


@dataclass(frozen=True)
class Lines:
    """L lines of baskets, in the order of the orders, shape (L,) each.

    Attributes
    ----------
    order, item, brand
        Number of the order; ids of the item and of its brand.
    price, pieces
        Dollars a piece, and how many.
    """

    order: NDArray[np.int64]
    item: NDArray[np.int64]
    brand: NDArray[np.int64]
    price: NDArray[np.float64]
    pieces: NDArray[np.float64]


@dataclass(frozen=True)
class Routes:
    """R routes with P points in all.

    Attributes
    ----------
    order
        Number of the order, shape (R,).
    offsets
        Route ``r`` owns the points ``offsets[r]:offsets[r + 1]``, shape (R + 1,).
    east, north
        Metres from the kitchen, shape (P,) each.
    """

    order: NDArray[np.int64]
    offsets: NDArray[np.int64]
    east: NDArray[np.float64]
    north: NDArray[np.float64]

    @cached_property
    def metres(self) -> NDArray[np.float64]:
        """Length of each route."""
        step = np.hypot(np.diff(self.east), np.diff(self.north))
        along = np.concatenate([[0.0], np.cumsum(step)])
        first, last = self.offsets[:-1], np.maximum(self.offsets[1:] - 1, self.offsets[:-1])
        length: NDArray[np.float64] = along[last] - along[first]
        return length


@dataclass(frozen=True)
class Fixes:
    """F GPS fixes, in the order of their orders and of time, shape (F,) each.

    Attributes
    ----------
    order
        Number of the order.
    at
        Microseconds since day 0.
    east, north
        Metres from the kitchen.
    progress
        Part of the route that has been driven, 0 to 1.
    """

    order: NDArray[np.int64]
    at: NDArray[np.float64]
    east: NDArray[np.float64]
    north: NDArray[np.float64]
    progress: NDArray[np.float64]


@dataclass(frozen=True)
class FixPairs:
    """Fixes of one order that follow each other, shape (Q,) each.

    Attributes
    ----------
    order
        Number of the order.
    first, second
        Row of the fixes.
    seconds
        Time between them.
    displacement_m
        Metres between them in a straight line.
    driven_m
        Metres between them along the route.
    """

    order: NDArray[np.int64]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    seconds: NDArray[np.float64]
    displacement_m: NDArray[np.float64]
    driven_m: NDArray[np.float64]


@dataclass(frozen=True)
class Digits:
    """What is below the milliseconds of moments.

    Attributes
    ----------
    events
        Share of events that have such digits.
    alike
        Share of orders all of whose events have the same ones, and not zeros.
    """

    events: float
    alike: float


@dataclass(frozen=True)
class Observed:
    """A dataset, or its first days.

    Attributes
    ----------
    day_zero
        Date of day 0.
    days
        Days on which the orders were placed.
    kitchens
        Code of each kitchen, or its id as text, shape (K,).
    orders, lines, routes, fixes
        What the events tell.
    names_customers
        Whether the events name customers; an address is taken for one where they do not.
    digits
        What is below the milliseconds of moments; ``None`` if all are whole seconds.
    """

    day_zero: date
    days: int
    kitchens: tuple[str, ...]
    orders: Orders
    lines: Lines
    routes: Routes
    fixes: Fixes
    names_customers: bool
    digits: Digits | None

    @property
    def whole_seconds(self) -> bool:
        """Whether no moment has a fraction of a second."""
        return self.digits is None

    @cached_property
    def pairs(self) -> FixPairs:
        """Fixes of one order that follow each other."""
        fixes = self.fixes
        first = np.flatnonzero(np.diff(fixes.order) == 0)
        second = first + 1
        order = fixes.order[first]
        driven = (fixes.progress[second] - fixes.progress[first]) * self.route_metres[order]
        return FixPairs(
            order=order,
            first=first,
            second=second,
            seconds=(fixes.at[second] - fixes.at[first]) / MICROSECONDS_PER_SECOND,
            displacement_m=np.hypot(
                fixes.east[second] - fixes.east[first], fixes.north[second] - fixes.north[first]
            ),
            driven_m=driven,
        )

    @cached_property
    def metres_to_door(self) -> NDArray[np.float64]:
        """Metres from each fix to the door of its order."""
        order = self.fixes.order
        east, north = self.orders.east[order], self.orders.north[order]
        distance: NDArray[np.float64] = np.hypot(self.fixes.east - east, self.fixes.north - north)
        return distance

    @cached_property
    def route_metres(self) -> NDArray[np.float64]:
        """Length of the route of each order, not-a-number without one, shape (N,)."""
        metres = np.full(self.orders.created.size, np.nan)
        metres[self.routes.order] = self.routes.metres
        return metres

    @cached_property
    def lines_of_order(self) -> NDArray[np.float64]:
        """Lines of each basket, shape (N,)."""
        return np.bincount(self.lines.order, minlength=self.orders.created.size).astype(float)

    @cached_property
    def pieces_of_order(self) -> NDArray[np.float64]:
        """Pieces of each basket, shape (N,)."""
        size = self.orders.created.size
        return np.bincount(self.lines.order, self.lines.pieces, size).astype(float)

    @cached_property
    def value_of_order(self) -> NDArray[np.float64]:
        """Dollars of each basket before fees, shape (N,)."""
        amount = self.lines.price * self.lines.pieces
        size = self.orders.created.size
        return np.bincount(self.lines.order, amount, size).astype(float)

    @cached_property
    def brand_of_order(self) -> NDArray[np.int64]:
        """Brand of the first line of each basket, -1 without lines, shape (N,)."""
        brand = np.full(self.orders.created.size, -1, dtype=np.int64)
        order, first = np.unique(self.lines.order, return_index=True)
        brand[order] = self.lines.brand[first]
        return brand

    @cached_property
    def day(self) -> NDArray[np.int64]:
        """Day on which each order was placed, counted from 0, shape (N,)."""
        return day_of(self.orders.created)

    @cached_property
    def hour(self) -> NDArray[np.float64]:
        """Time of day at which each order was placed, in hours, shape (N,)."""
        return hour_of_day(self.orders.created)

    @cached_property
    def service_day(self) -> NDArray[np.int64]:
        """Day of each order, from four in the morning to four in the morning, shape (N,)."""
        return service_day_of(self.orders.created)

    def weekday_of(self, day: NDArray[np.int64]) -> NDArray[np.int64]:
        """Return the weekdays of days, Monday is 0."""
        return (day + self.day_zero.weekday()) % 7


def day_of(at: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the days of moments."""
    return np.floor(at / MICROSECONDS_PER_DAY).astype(np.int64)


def service_day_of(at: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return the working days of moments, each from four in the morning to four in the morning."""
    return day_of(at - EARLY_MORNING * MICROSECONDS_PER_HOUR)


def elapsed_minutes(begin: NDArray[np.float64], end: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the minutes from one moment to another, not-a-number if either is unknown."""
    return (end - begin) / MICROSECONDS_PER_MINUTE
