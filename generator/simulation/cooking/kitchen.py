"""From order to bag: how long cooking takes, and who waits for a free station."""

from __future__ import annotations

import heapq
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

import numpy as np

from common.time_units import MICROSECONDS_PER_DAY, MICROSECONDS_PER_MINUTE
from generator.simulation.cooking.recipes import Equipment
from generator.simulation.durations import draw_minutes, round_to_millis
from generator.world.minute_weights import CLOSED_HOURS

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from common.rng import DayRngs
    from generator.configuration.kitchen_settings import ServiceTimes
    from generator.simulation.cooking.recipes import Recipe
    from generator.simulation.orders.baskets import OrderLines

# No order is placed from here on ...
CLOSES_AT = CLOSED_HOURS[0] * 60 * MICROSECONDS_PER_MINUTE
# ... and here the kitchen's day starts: every station is free, whatever happened before.
CLEARED_AT = CLOSED_HOURS[1] * 60 * MICROSECONDS_PER_MINUTE


# How long the dishes of an order take relative to the longest of them.
_QUICKEST_DISH = 0.4
# Equipment beyond what all stations need together when nobody waits for it.
_SPARE_EQUIPMENT = 1.7
# Dishes of an order that are made at the same time, on average.
_DISHES_AT_ONCE = 2.2

# Preparing and heating a dish: microseconds at a workstation, then where, and how long there.
Dish = tuple[int, int, int]
# What a dish has at its equipment: row of the order, which, asked for when, from when, until when.
Step = tuple[int, int, int, int, int]


@dataclass(frozen=True)
class Preparation:
    """The work that each of N orders means, shape (N,) each; times in microseconds.

    Attributes
    ----------
    acknowledging, packing
        From order to earliest start, and from finished to ready.
    dishes
        What is to be cooked: lists of `Dish`.
    """

    acknowledging: NDArray[np.int64]
    packing: NDArray[np.int64]
    dishes: NDArray[np.object_]


@dataclass(frozen=True)
class Work:
    """N orders as the kitchen gets them.

    Attributes
    ----------
    created
        When they were placed, ascending, microseconds since day 0, shape (N,).
    preparation
        The work that each means.
    withdrawn
        When each is withdrawn by customer or kitchen, 0 for those that never are, shape (N,).
    """

    created: NDArray[np.int64]
    preparation: Preparation
    withdrawn: NDArray[np.int64]


@dataclass(frozen=True)
class CookedOrders:
    """N orders on their way through the kitchen; times in microseconds since day 0.

    Attributes
    ----------
    started, finished, ready
        Start and end of cooking, and bag packed, shape (N,) each.
    waited
        How long each order would have waited for a free station if nobody had hurried before
        closing, shape (N,).
    """

    started: NDArray[np.int64]
    finished: NDArray[np.int64]
    ready: NDArray[np.int64]
    waited: NDArray[np.int64]


def draw_preparation(
    rngs: DayRngs,
    times: ServiceTimes,
    cooking_factor: NDArray[np.float64],
    lines: OrderLines,
    recipes: tuple[Recipe, ...],
) -> Preparation:
    """Draw how much work each order is.

    An order that need not wait for anything takes as long as its longest dish.

    Parameters
    ----------
    rngs
        Random numbers of this kitchen-day.
    times
        Service times of the kitchen.
    cooking_factor
        Cooking time of each order relative to the usual one, shape (N,).
    lines
        The dishes of each order.
    recipes
        How each item is made.
    """
    orders = cooking_factor.size
    rng = rngs.cooking
    acknowledging = draw_minutes(rng, times.created_to_started, orders)
    cooking = draw_minutes(rng, times.started_to_finished, orders, cooking_factor)
    packing = draw_minutes(rng, times.finished_to_ready, orders)
    dishes = _draw_dishes(rngs.dishes, cooking, lines, recipes)
    return Preparation(acknowledging, packing, dishes)


def _draw_dishes(
    rng: Generator, cooking: NDArray[np.int64], lines: OrderLines, recipes: tuple[Recipe, ...]
) -> NDArray[np.object_]:
    """Share out the time of each order to its dishes, shape (N,)."""
    order = np.repeat(np.arange(cooking.size), np.diff(lines.offsets))
    part = rng.uniform(_QUICKEST_DISH, 1.0, order.size)
    longest = np.zeros(cooking.size)
    np.maximum.at(longest, order, part)
    preparing = np.array([recipe.preparing for recipe in recipes])[lines.item_rows]
    heat = np.array([int(recipe.heat) for recipe in recipes])[lines.item_rows]
    # The longest dish takes exactly as long as the order.
    whole = np.rint(cooking[order] / 1000.0 * (part / longest[order])).astype(np.int64) * 1000
    at_workstation = round_to_millis(whole * preparing)
    written = list(
        zip(at_workstation.tolist(), heat.tolist(), (whole - at_workstation).tolist(), strict=True)
    )
    dishes = np.empty(cooking.size, dtype=np.object_)
    offsets = lines.offsets.tolist()
    for number in range(cooking.size):
        dishes[number] = written[offsets[number] : offsets[number + 1]]
    return dishes


def equipment_for(stations: int, recipes: tuple[Recipe, ...]) -> list[int]:
    """Return how many workstations, ovens and stoves a kitchen has, at least one of each.

    Parameters
    ----------
    stations
        Orders that can be cooked at the same time.
    recipes
        How its items are made.
    """
    load = [0.0] * len(Equipment)
    for recipe in recipes:
        load[Equipment.WORKSTATION] += recipe.preparing / len(recipes)
        load[recipe.heat] += (1.0 - recipe.preparing) / len(recipes)
    return [max(1, ceil(_SPARE_EQUIPMENT * stations * _DISHES_AT_ONCE * part)) for part in load]


def serve(
    acknowledged: NDArray[np.int64],
    dishes: NDArray[np.object_],
    withdrawn: NDArray[np.int64],
    stations: list[int],
    equipment: list[list[int]],
    steps: list[Step] | None = None,
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Cook orders first come, first served.

    Each order in turn takes the station that is free first, and keeps it until its last dish is
    done; each dish takes the workstation that is free first, and then the oven or stove. An order
    never overtakes an earlier one, so its start depends on nothing that comes after it. An order
    that is withdrawn before it would start is not cooked; it ends when it would have started.

    Parameters
    ----------
    acknowledged
        Earliest start of each order, in the order in which they were placed, shape (N,).
    dishes
        What is to be cooked: lists of `Dish`, shape (N,).
    withdrawn
        When each order was withdrawn, 0 for those that never are, shape (N,).
    stations
        When each open station is free, a heap; updated in place.
    equipment
        When each workstation, oven and stove is free, heaps; updated in place.
    steps
        Gets what each dish had where, if somebody wants to know.

    Returns
    -------
    Start and end of cooking of each order, shape (N,) each, in the unit of ``acknowledged``.
    """
    starts: list[int] = []
    ends: list[int] = []
    replace_first = heapq.heapreplace
    workstations = equipment[Equipment.WORKSTATION]
    for order, (ready, courses, ended) in enumerate(
        zip(acknowledged.tolist(), dishes.tolist(), withdrawn.tolist(), strict=True)
    ):
        free = stations[0]
        start = end = ready if ready > free else free
        if 0 < ended <= start:
            starts.append(start)
            ends.append(start)
            continue
        for preparing, heat, heating in courses:
            free = workstations[0]
            begins = start if start > free else free
            at = begins + preparing
            replace_first(workstations, at)
            if steps is not None:
                steps.append((order, int(Equipment.WORKSTATION), start, begins, at))
            if heating:
                heated = equipment[heat]
                free = heated[0]
                asked, begins = at, at if at > free else free
                at = begins + heating
                replace_first(heated, at)
                if steps is not None:
                    steps.append((order, heat, asked, begins, at))
            end = max(end, at)
        replace_first(stations, end)
        starts.append(start)
        ends.append(end)
    return np.array(starts, dtype=np.int64), np.array(ends, dtype=np.int64)


def cook(
    work: Work, day: int, stations: int, equipment: list[int], steps: list[Step] | None = None
) -> CookedOrders:
    """Cook the orders of one working day, which lasts from 04:00 to 04:00.

    It begins with all stations free and ends with nothing on them, so that working days are
    independent of each other and no station ever has two orders. What would still be cooking at
    04:00 is cooked in a hurry: the clock of the last hour, in which no order is placed, then runs
    as fast as it takes.

    Parameters
    ----------
    work
        The orders that were placed from 04:00 of the day to 04:00 of the next.
    day
        The day, counted from day 0.
    stations
        Stations that are open.
    equipment
        How many workstations, ovens and stoves there are.
    steps
        Gets what each dish had where, if somebody wants to know.
    """
    begins = day * MICROSECONDS_PER_DAY + CLEARED_AT
    acknowledged = work.created + work.preparation.acknowledging
    started, finished = serve(
        acknowledged,
        work.preparation.dishes,
        work.withdrawn,
        [begins] * stations,
        [[begins] * number for number in equipment],
        steps,
    )
    waited = started - acknowledged
    if steps:
        steps[:] = _hurried(steps, finished, day)
    started, finished = hurry(started, finished, *_closing(day))
    return CookedOrders(started, finished, finished + work.preparation.packing, waited)


def _closing(day: int) -> tuple[int, int]:
    """Return when no order is placed any more on a working day, and when its kitchen is clear."""
    tomorrow = (day + 1) * MICROSECONDS_PER_DAY
    return tomorrow + CLOSES_AT, tomorrow + CLEARED_AT


def _hurried(steps: list[Step], finished: NDArray[np.int64], day: int) -> list[Step]:
    """Return steps at the times that they have when the kitchen hurries, as its orders do."""
    orders, which, asked, begins, ends = (np.array(column) for column in zip(*steps, strict=True))
    closes, cleared = _closing(day)
    last = int(finished.max(initial=cleared))
    times = (_earlier(each, last, closes, cleared).tolist() for each in (asked, begins, ends))
    return list(zip(orders.tolist(), which.tolist(), *times, strict=True))


def hurry(
    started: NDArray[np.int64], finished: NDArray[np.int64], closes: int, cleared: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return times at which nothing is cooked after ``cleared``.

    All times after ``closes`` move towards it by the same factor. They keep their order, so no
    more orders are cooked at once than before.
    """
    last = int(finished.max(initial=cleared))
    return _earlier(started, last, closes, cleared), _earlier(finished, last, closes, cleared)


def _earlier(times: NDArray[np.int64], last: int, closes: int, cleared: int) -> NDArray[np.int64]:
    """Return times at which ``last`` has become ``cleared``, if it is later than that."""
    if last <= cleared:
        return times
    factor = (cleared - closes) / (last - closes)
    after = (times - closes).astype(np.float64)
    return np.where(times > closes, closes + round_to_millis(after * factor), times)
