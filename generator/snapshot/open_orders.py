"""Orders that are open at a moment, by stage: what their events up to then say."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.simulation.lived_day import LivedDay

STAGES = ("waiting", "cooking", "packing", "ready", "on_the_way")
"""Stages of an open order: in the kitchen's queue, on a station, done but not packed, packed but
not picked up, with its courier. Each begins with an event: order_created, gk_started, gk_finished,
gk_ready, driver_picked_up."""

NOBODY = -1


@dataclass(frozen=True)
class OpenOrders:
    """Open orders, shape (P,) each.

    Attributes
    ----------
    row
        Row among the orders of the working day.
    stage
        Position in ``STAGES``.
    since
        When the stage began, microseconds since day 0.
    courier
        Who waits for it or has it, or ``NOBODY``.
    """

    row: NDArray[np.int64]
    stage: NDArray[np.int64]
    since: NDArray[np.int64]
    courier: NDArray[np.int64]


def ends_of(lived: LivedDay) -> NDArray[np.int64]:
    """Return when each order of a working day was delivered or cancelled, shape (N,)."""
    deliveries = lived.served.deliveries
    return np.maximum(deliveries.delivered, deliveries.cancelled)


def open_orders(lived: LivedDay, at: int, days: range) -> OpenOrders:
    """Return the orders of a working day that are open at a moment.

    Parameters
    ----------
    lived
        The working day.
    at
        The moment, microseconds since day 0. What happens at it has happened.
    days
        Only orders that were placed on these days.
    """
    created = lived.orders.requests.work.created
    cooked, deliveries = lived.served.cooked, lived.served.deliveries
    row = np.flatnonzero(is_placed(lived, days) & (created <= at) & (ends_of(lived) > at))
    begins = np.column_stack(
        (created, cooked.started, cooked.finished, cooked.ready, deliveries.picked_up)
    )[row]
    reached = (begins > 0) & (begins <= at)
    reached[:, 0] = True
    stage = len(STAGES) - 1 - np.argmax(reached[:, ::-1], axis=1)
    arrived = deliveries.arrived[row]
    return OpenOrders(
        row=row,
        stage=stage,
        since=begins[np.arange(row.size), stage],
        courier=np.where((arrived > 0) & (arrived <= at), deliveries.courier[row], NOBODY),
    )


def is_placed(lived: LivedDay, days: range) -> NDArray[np.bool_]:
    """Return which orders of a working day were placed on days, shape (N,)."""
    placed_on = lived.orders.placed_on
    return np.asarray((placed_on >= days.start) & (placed_on < days.stop))
