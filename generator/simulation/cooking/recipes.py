"""How dishes are made: what is done at a workstation, and what in an oven or on a stove."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from generator.catalogue.records import Item


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


_COLD = Recipe(1.0, Equipment.WORKSTATION)
_BAKED = Recipe(0.35, Equipment.OVEN)
_FRIED = Recipe(0.30, Equipment.STOVE)
_SIMMERED = Recipe(0.20, Equipment.STOVE)
_TOASTED = Recipe(0.60, Equipment.OVEN)
# What a kind of cooking makes, by a word in its name; one dish after another of a menu.
_BY_CUISINE = {
    "salad": (_COLD,),
    "bowl": (_COLD, _FRIED),
    "juice": (_COLD,),
    "smoothie": (_COLD,),
    "plant": (_FRIED, _BAKED, _COLD),
    "poke": (_COLD,),
    "burger": (_FRIED, _FRIED, _BAKED),
    "pizza": (_BAKED,),
    "mexican": (_FRIED, _TOASTED),
    "ramen": (_SIMMERED,),
    "japanese": (_SIMMERED, _COLD),
    "indian": (_SIMMERED, _BAKED),
    "thai": (_FRIED,),
    "korean": (_FRIED, _SIMMERED),
    "mediterranean": (_COLD, _BAKED),
    "vietnamese": (_SIMMERED,),
    "chinese": (_SIMMERED, _FRIED),
    "southern": (_FRIED, _BAKED),
    "barbecue": (_BAKED, _BAKED, _SIMMERED),
    "breakfast": (_FRIED, _TOASTED),
    "delicatessen": (_TOASTED, _COLD),
    "italian": (_SIMMERED, _BAKED),
    "ethiopian": (_SIMMERED,),
    "caribbean": (_BAKED, _SIMMERED),
    "dessert": (_COLD, _BAKED),
    "snack": (_FRIED, _BAKED),
}
_ANY = (_FRIED, _BAKED, _COLD, _SIMMERED)


def recipe_of(cuisine_type: str, item: Item) -> Recipe:
    """Return how a dish is made, by the kind of cooking of its brand."""
    cuisine = cuisine_type.casefold()
    known = next((made for word, made in _BY_CUISINE.items() if word in cuisine), _ANY)
    return known[item.id % len(known)]
