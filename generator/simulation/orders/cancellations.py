"""Orders that are never delivered: who ends them, when, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from common.reference_data import read_reference
from generator.configuration.kitchen_settings import Minutes
from generator.simulation.durations import draw_minutes

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

REASONS = tuple(row["cancellation_reason"] for row in read_reference("cancellation_reasons"))
CUSTOMER = REASONS.index("customer_changed_mind")
KITCHEN = REASONS.index("item_unavailable")
NO_COURIER = REASONS.index("no_courier")
NO_DOOR = REASONS.index("address_not_found")
NEVER = -1

# There is no published split of causes (the total is near one in forty with those of couriers).
_CHANGED_MIND, _CHANGED_MIND_AT_NIGHT = 0.013, 0.019
_OUT_OF_STOCK, _OUT_OF_STOCK_IN_THE_EVENING = 0.004, 0.009
_NO_DOOR, _NO_DOOR_IN_A_TOWER = 0.0022, 0.0055
_SECOND_THOUGHTS = Minutes(2.6, 2.0)


@dataclass(frozen=True)
class Intentions:
    """What would end each of N orders, shape (N,) each.

    Attributes
    ----------
    reason
        Position in ``REASONS``, or ``NEVER``.
    after
        How long after the order a customer thinks again, microseconds.
    part
        In which part of the time before cooking the kitchen finds that an item is missing.
    """

    reason: NDArray[np.int64]
    after: NDArray[np.int64]
    part: NDArray[np.float64]


def draw_intentions(
    rng: Generator,
    daypart: NDArray[np.int64],
    ran_out: NDArray[np.bool_],
    in_tower: NDArray[np.bool_],
) -> Intentions:
    """Draw what would end the orders of a day, if nothing else does before.

    Parameters
    ----------
    rng
        Random numbers of this kitchen-day.
    daypart
        0 by day, 1 in the evening, 2 at night, shape (N,).
    ran_out
        Whether an item is no longer there, shape (N,).
    in_tower
        Whether the order goes to a building with many flats, shape (N,).
    """
    orders = daypart.size
    mind, stock, door = rng.random((3, orders))
    reason = np.full(orders, NEVER, dtype=np.int64)
    reason[door < np.where(in_tower, _NO_DOOR_IN_A_TOWER, _NO_DOOR)] = NO_DOOR
    out = stock < np.where(daypart > 0, _OUT_OF_STOCK_IN_THE_EVENING, _OUT_OF_STOCK)
    reason[out | ran_out] = KITCHEN
    reason[mind < np.where(daypart > 1, _CHANGED_MIND_AT_NIGHT, _CHANGED_MIND)] = CUSTOMER
    after = draw_minutes(rng, _SECOND_THOUGHTS, orders)
    return Intentions(reason, after, rng.uniform(0.15, 0.95, orders))
