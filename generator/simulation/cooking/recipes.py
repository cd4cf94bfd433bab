"""How dishes are made: what is done at a workstation, and what in an oven or on a stove."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from generator.catalogue.records import Item
    from generator.world.preparation import Preparation


class Equipment(IntEnum):
    """What a step of a recipe needs; a kitchen has so many of each."""

    WORKSTATION = 0
    OVEN = 1
    STOVE = 2


class Recipe(NamedTuple):
    """How a dish is made.

    Attributes
    ----------
    preparing
        Part of its time at a workstation, from 0 to 1; the rest is the heat.
    heat
        Where the rest is spent.
    """

    preparing: float
    heat: Equipment


_EQUIPMENT = {None: Equipment.WORKSTATION, "oven": Equipment.OVEN, "stove": Equipment.STOVE}


def recipe_of(preparation: Preparation, cuisine_type: str, item: Item) -> Recipe:
    """Return how a dish is made, as the business says it of the dish or of its brand's cooking."""
    written = preparation.recipe_of(cuisine_type, item.id)
    return Recipe(written.workstation, _EQUIPMENT[written.then])
