"""What is busy in a kitchen at a moment: cooking positions, workstations, ovens and stoves."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from generator.simulation.cooking.recipes import Equipment
from generator.snapshot.open_orders import ends_of, is_placed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from generator.simulation.cooking.recipes import Recipe
    from generator.simulation.lived_day import LivedDay

KINDS = ("position", *(kind.name.lower() for kind in Equipment))
"""A position is one of the ``stations`` of a kitchen: an order has one until it is cooked."""


@dataclass(frozen=True)
class Busy:
    """How much of one kind is in use.

    Attributes
    ----------
    kind
        One of ``KINDS``.
    busy, number
        How many are in use, and how many there are.
    for_cancelled
        How many of those in use still work for an order that was cancelled meanwhile.
    waiting
        Orders that wait for one.
    """

    kind: str
    busy: int
    number: int
    for_cancelled: int
    waiting: int


def equipment_of(recipes: Iterable[Recipe]) -> tuple[Equipment, ...]:
    """Return which equipment some recipe of a kitchen needs; a pharmacy has no oven."""
    used = {Equipment.WORKSTATION} | {recipe.heat for recipe in recipes if recipe.preparing < 1}
    return tuple(kind for kind in Equipment if kind in used)


def busy_stations(
    lived: LivedDay, at: int, days: range, equipment: Iterable[Equipment] = tuple(Equipment)
) -> list[Busy]:
    """Return what is busy at a moment with the orders of a working day, one row for each kind.

    Parameters
    ----------
    lived
        The working day.
    at
        The moment, microseconds since day 0.
    days
        Only orders that were placed on these days.
    equipment
        Which equipment the kitchen has.
    """
    created = lived.orders.requests.work.created
    cooked, steps = lived.served.cooked, lived.steps
    is_over = ends_of(lived) <= at
    here = is_placed(lived, days)
    cooking = here & (cooked.started <= at) & (cooked.finished > at)
    queued = here & (created <= at) & (cooked.started > at) & ~is_over
    rows = [
        Busy(
            kind=KINDS[0],
            busy=int(cooking.sum()),
            number=lived.stations,
            for_cancelled=int((cooking & is_over).sum()),
            waiting=int(queued.sum()),
        )
    ]
    used = here[steps.order] & (steps.begins <= at) & (steps.ends > at)
    asked = here[steps.order] & (steps.asked <= at) & (steps.begins > at)
    for kind in equipment:
        this = steps.equipment == kind
        waiting = steps.order[this & asked]
        rows.append(
            Busy(
                kind=kind.name.lower(),
                busy=int((this & used).sum()),
                number=lived.equipment[kind],
                for_cancelled=int((this & used & is_over[steps.order]).sum()),
                waiting=int(np.unique(waiting).size),
            )
        )
    return rows
