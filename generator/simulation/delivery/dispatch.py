"""Who takes which order when: the couriers of one working day, one order after the other."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from common.time_units import MICROSECONDS_PER_MINUTE
from generator.simulation.orders.cancellations import NEVER, NO_COURIER, NO_DOOR

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.roads.routing import DeliveryRoutes
    from generator.simulation.delivery.couriers import Fleet, Shifts
    from generator.simulation.delivery.errands import Errands

NOBODY = -1
# Two orders share a courier if the second door is on the way or at most so far from it, metres at
# mean speed there and back, and if the bags are ready within so many minutes.
_DETOUR_M = 650.0
_TOGETHER_MINUTES = 5.0
# Couriers are missing if they come so late.
_SCARCE = 5 * MICROSECONDS_PER_MINUTE
# Long before somebody leaves with a bag nobody looks for another; until then it is ready at most
# so much later.
_LONGEST_WAIT_FOR_COMPANY = 25 * MICROSECONDS_PER_MINUTE
# How many of the next orders are looked at.
_LOOK_AHEAD = 6
# Without bag and customer one drives back a little faster, and does not look for a kerb.
_WAY_BACK = 0.92


@dataclass(frozen=True)
class Deliveries:
    """How N orders get to their customers; times in microseconds since day 0, shape (N,) each.

    Attributes
    ----------
    courier
        Who brings it, or ``NOBODY``.
    arrived, picked_up, delivered
        The courier at the kitchen, leaving it, and the bag in the customer's hand; if the order is
        cancelled, those before that count.
    cancelled
        When it is cancelled; if it never is, nothing.
    reason
        Why, or ``NEVER``.
    late
        How long after he should the courier arrived.
    after
        How many rows further the order is that the same courier brings first, or 0.
    begins
        When the drive to this door begins: at the kitchen, or at the door before.
    back_m, way_m
        Way from the door before back to where the ways part, and the whole way of this drive,
        metres at mean speed.
    slowness
        Microseconds for each metre at mean speed, stops not counted.
    stop_share
        Which part of the order's stops are on this drive.
    returned
        When its courier is back at the kitchen, or 0 if another door comes first.
    """

    courier: NDArray[np.int64]
    arrived: NDArray[np.int64]
    picked_up: NDArray[np.int64]
    delivered: NDArray[np.int64]
    cancelled: NDArray[np.int64]
    reason: NDArray[np.int64]
    late: NDArray[np.int64]
    after: NDArray[np.int64]
    begins: NDArray[np.int64]
    back_m: NDArray[np.float64]
    way_m: NDArray[np.float64]
    slowness: NDArray[np.float64]
    stop_share: NDArray[np.float64]
    returned: NDArray[np.int64]


@dataclass(frozen=True)
class CourierDay:
    """What the couriers of one working day find.

    Attributes
    ----------
    fleet, shifts
        Who they are and when they work.
    traffic
        Length of drives in each minute from ``midnight`` on, relative to mean speed; the last
        value holds from then on.
    midnight
        Microseconds since day 0.
    mean_slowness
        Microseconds for each metre at mean speed.
    """

    fleet: Fleet
    shifts: Shifts
    traffic: NDArray[np.float64]
    midnight: int
    mean_slowness: float


@dataclass(frozen=True)
class Bags:
    """The N orders that are to be delivered; times in microseconds since day 0, shape (N,) each.

    Attributes
    ----------
    created, taken, ready
        When they were placed, when the kitchen took them out of its queue, and when their bags are
        ready.
    cancelled
        When the customer or the kitchen ended the order; nothing if nobody did.
    reason
        Why, or what would end it at the door, or ``NEVER``.
    """

    created: NDArray[np.int64]
    taken: NDArray[np.int64]
    ready: NDArray[np.int64]
    cancelled: NDArray[np.int64]
    reason: NDArray[np.int64]


def dispatch(
    bags: Bags, errands: Errands, routes: DeliveryRoutes, courier_day: CourierDay, next_day: int
) -> Deliveries:
    """Send couriers.

    Each order in turn, by when its courier should come, gets the courier who is free first. He
    comes when he should or, if he is still on his way, later; the bag waits. Somebody whose shift
    is over takes no other order, but the last one in the house stays until all is done.

    Parameters
    ----------
    bags
        The orders.
    errands
        What each asks of its courier.
    routes
        The way to each address.
    courier_day
        The couriers and the traffic.
    next_day
        Midnight after which orders belong to the next day: no two of different days share a
        courier.
    """
    aimed = errands.aimed(bags.taken, bags.ready)
    at_once = np.flatnonzero(bags.cancelled == 0)
    turn = at_once[np.argsort(aimed[at_once], kind="stable")]
    today = bags.created[turn] < next_day
    shared = _shared_ways(errands.address[turn], bags.ready[turn], today, routes)
    couriers = _Couriers(bags, errands, courier_day)
    ready, aims = bags.ready.tolist(), aimed.tolist()
    counter, wait = errands.counter.tolist(), errands.wait.tolist()
    patience, sociable = errands.patience.tolist(), errands.sociable.tolist()
    together = int(_TOGETHER_MINUTES * MICROSECONDS_PER_MINUTE)
    ways = turn.tolist()
    taken = [False] * len(ways)
    for place, order in enumerate(ways):
        if taken[place]:
            continue
        now, who = couriers.next_one(aims[order])
        came = max(aims[order], now)
        if came - ready[order] > patience[order]:
            # This bag has waited too long; he stays free for the next.
            couriers.wait(now, who)
            couriers.give_up(order, ready[order] + patience[order])
            continue
        leaves = max(ready[order] + wait[order], came + counter[order])
        company = None
        looking = sociable[order] or came > aims[order] + _SCARCE
        for with_other in shared[place] if looking else ():
            other = ways[with_other.place]
            if not taken[with_other.place] and ready[other] <= leaves + together:
                taken[with_other.place] = True
                leaves = max(leaves, ready[other] + counter[other])
                company = with_other
                break
        couriers.late[order] = came - aims[order]
        if company is None:
            couriers.bring(order, who, came, leaves)
        else:
            first, second = (other, order) if company.other_first else (order, other)
            couriers.bring_both(first, second, who, came, leaves, company)
    return couriers.deliveries()


class _Couriers:
    """The couriers of a working day and what they do, as plain lists: each order needs the last.

    The lists have an entry for each of the N orders, as the fields of `Deliveries`.
    """

    def __init__(self, bags: Bags, errands: Errands, courier_day: CourierDay) -> None:
        orders = bags.created.size
        self._taken: list[int] = bags.taken.tolist()
        shifts = courier_day.shifts
        self.courier = [NOBODY] * orders
        self.arrived, self.picked_up, self.delivered = [0] * orders, [0] * orders, [0] * orders
        self.cancelled: list[int] = bags.cancelled.tolist()
        self.reason: list[int] = bags.reason.tolist()
        self.late, self.after, self.begins = [0] * orders, [0] * orders, [0] * orders
        self.back_m, self.way_m = [0.0] * orders, errands.effort_m.tolist()
        self.slowness, self.stop_share = [0.0] * orders, [1.0] * orders
        self.returned = [0] * orders
        self._numbers = shifts.courier
        self._ends: list[int] = shifts.ends.tolist()
        self._free: list[tuple[int, int]] = list(
            zip(shifts.begins.tolist(), range(shifts.ends.size), strict=True)
        )
        heapq.heapify(self._free)
        self._pace_of: list[float] = courier_day.fleet.pace[shifts.courier].tolist()
        self._traffic: list[float] = (courier_day.traffic * courier_day.mean_slowness).tolist()
        self._midnight = courier_day.midnight
        self._effort, self._pace = errands.effort_m.tolist(), errands.pace.tolist()
        self._stopping = errands.stop_times.sum(axis=1).tolist()
        self._parking, self._hand_over = errands.parking.tolist(), errands.hand_over.tolist()
        self._searching: list[int] = errands.searching.tolist()

    def next_one(self, needed: int) -> tuple[int, int]:
        """Take the courier who is free first and whose shift lasts long enough, or the last."""
        while True:
            now, who = heapq.heappop(self._free)
            if not self._free or max(now, needed) <= self._ends[who]:
                return now, who

    def wait(self, now: int, who: int) -> None:
        """Leave a courier free from a moment on."""
        heapq.heappush(self._free, (now, who))

    def give_up(self, order: int, now: int) -> None:
        """Cancel an order that no courier takes."""
        self.cancelled[order], self.reason[order] = now, NO_COURIER

    def bring(self, order: int, who: int, came: int, leaves: int) -> None:
        """Let a courier bring one order."""
        self._take(order, who, came, leaves)
        self._return(order, who, self._drive(order, who, leaves, self._effort[order], 1.0))

    def bring_both(
        self, first: int, second: int, who: int, came: int, leaves: int, company: _Company
    ) -> None:
        """Let a courier bring one order and then another."""
        for order in (first, second):
            self._take(order, who, came, leaves)
        at_first_door = self._drive(first, who, leaves, self._effort[first], 1.0)
        way_m = company.back_m + company.on_m
        share = min(1.0, way_m / max(self._effort[second], 1.0))
        self.back_m[second], self.after[second] = company.back_m, first - second
        self._return(second, who, self._drive(second, who, at_first_door, way_m, share))

    def deliveries(self) -> Deliveries:
        """Return what they have done."""
        cancelled = _whole(self.cancelled)
        return Deliveries(
            courier=np.append(self._numbers, NOBODY)[_whole(self.courier)],
            arrived=_whole(self.arrived),
            picked_up=_whole(self.picked_up),
            delivered=_whole(self.delivered),
            cancelled=cancelled,
            reason=np.where(cancelled > 0, _whole(self.reason), NEVER),
            late=_whole(self.late),
            after=_whole(self.after),
            begins=_whole(self.begins),
            back_m=_real(self.back_m),
            way_m=_real(self.way_m),
            slowness=_real(self.slowness),
            stop_share=_real(self.stop_share),
            returned=_whole(self.returned),
        )

    def _take(self, order: int, who: int, came: int, leaves: int) -> None:
        self.courier[order], self.picked_up[order] = who, leaves
        # Who is there already for another order comes for this one when the kitchen begins it.
        self.arrived[order] = max(came, self._taken[order])

    def _drive(self, order: int, who: int, begins: int, way_m: float, share: float) -> int:
        """Let a courier drive to a door; return when he has done there what he can."""
        each = self._slowness_at(begins) * self._pace[order] * self._pace_of[who]
        self.begins[order], self.way_m[order] = begins, way_m
        self.slowness[order], self.stop_share[order] = each, share
        driving = round((way_m * each + self._stopping[order] * share) / 1000.0) * 1000
        at_door = begins + driving + self._parking[order]
        if self.reason[order] == NO_DOOR:
            self.cancelled[order] = at_door + self._searching[order]
            return self.cancelled[order]
        self.delivered[order] = at_door + self._hand_over[order]
        return self.delivered[order]

    def _return(self, last: int, who: int, now: int) -> None:
        driving = self._effort[last] * self._slowness_at(now) * self._pace_of[who]
        way_back = (driving + self._stopping[last]) * _WAY_BACK
        self.returned[last] = now + round(way_back / 1000.0) * 1000
        self.wait(self.returned[last], who)

    def _slowness_at(self, now: int) -> float:
        minute = (now - self._midnight) // MICROSECONDS_PER_MINUTE
        return self._traffic[min(max(minute, 0), len(self._traffic) - 1)]


def _whole(values: list[int]) -> NDArray[np.int64]:
    return np.array(values, dtype=np.int64)


def _real(values: list[float]) -> NDArray[np.float64]:
    return np.array(values, dtype=np.float64)


class _Company(NamedTuple):
    """Another order that could go with one.

    Attributes
    ----------
    place
        Its place in the queue.
    other_first
        Whether it is brought first.
    back_m, on_m
        From the first door back to where the ways part and on to the second, metres at mean speed.
    """

    place: int
    other_first: bool
    back_m: float
    on_m: float


def _shared_ways(
    address: NDArray[np.int64],
    ready: NDArray[np.int64],
    today: NDArray[np.bool_],
    routes: DeliveryRoutes,
) -> list[list[_Company]]:
    """Return for each of N orders in turn which of the next could go with it.

    Parameters
    ----------
    address
        Where they go, shape (N,).
    ready
        When their bags are ready, shape (N,).
    today
        Whether they were placed before midnight, shape (N,).
    routes
        The way to each address.
    """
    orders = address.size
    found: list[list[_Company]] = [[] for _ in range(orders)]
    one = np.repeat(np.arange(orders), _LOOK_AHEAD)
    other = one + np.tile(np.arange(1, _LOOK_AHEAD + 1), orders)
    inside = other < orders
    one, other = one[inside], other[inside]
    together = (today[one] == today[other]) & (
        ready[other] <= ready[one] + _LONGEST_WAIT_FOR_COMPANY
    )
    one, other = one[together], other[together]
    back, on, back_first, on_first = routes.ways_past(address[one], address[other])
    other_first = back_first + on_first < back + on
    back, on = np.where(other_first, back_first, back), np.where(other_first, on_first, on)
    near = np.flatnonzero(back <= _DETOUR_M)
    rows = (values[near].tolist() for values in (one, other, other_first, back, on))
    for order, place, first, back_m, on_m in zip(*rows, strict=True):
        found[order].append(_Company(place, first, back_m, on_m))
    return found
