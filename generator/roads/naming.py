"""Invented street names."""

from __future__ import annotations

from itertools import chain, product
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy as np

_WORDS = """
Alder Almond Amber Anchor Apricot Arbor Ash Aspen Aster Avocet Balsam Banner Barley Basalt Basil
Bay Bayberry Beacon Beech Bellflower Birch Bluff Bracken Bramble Briar Brook Buckeye Canal
Candle Canyon Cardinal Cascade Cedar Chandler Cherry Chestnut Cinder Clover Cobalt Copper Coral
Cordage Cormorant Cottonwood Crane Cypress Dahlia Dogwood Dune Elder Elm Ember Falcon Fennel
Fern Ferry Finch Fir Flint Forge Foundry Foxglove Garnet Ginger Granary Granite Grove Gull
Harbor Harvest Hawthorn Hazel Heath Hemlock Heron Hickory Hilltop Holly Honey Hop Indigo Iris
Ironwood Ivy Jasmine Juniper Kestrel Kiln Lantern Larch Larkspur Laurel Lavender Ledge Lemon
Lichen Lilac Linden Locust Loom Lupine Madrone Magnolia Mallow Maple Marble Marigold Market
Marsh Meadow Mica Mill Mint Mistral Moss Mulberry Myrtle Nectar Nettle Nutmeg Oak Oar Olive Onyx
Orchard Osprey Otter Palm Paprika Pear Pebble Pecan Pelican Pepper Persimmon Pine Plover Plum
Pond Poplar Poppy Prairie Quail Quarry Quartz Quill Quince Raven Redbud Reed Ridge River Robin
Rosemary Rowan Rye Saffron Sage Salt Sandbar Sequoia Sheaf Shell Slate Sorrel Sparrow Spring
Spruce Starling Stone Sumac Summit Swallow Sycamore Tamarack Tansy Teal Tern Thistle Thyme
Tidewater Timber Topaz Tulip Valley Verbena Vine Violet Walnut Warbler Weaver Wharf Wheat Willow
Wisteria Wren Yarrow Yew Zinnia
"""
_SECOND_WORDS = """
Bend Bluff Bridge Brook Creek Crest Crossing Fields Gate Glen Green Grove Hill Hollow Knoll
Landing Meadow Orchard Point Ridge Run Spring Trail View
"""
WORDS = tuple(_WORDS.split())
SECOND_WORDS = tuple(_SECOND_WORDS.split())
AVENUE_SUFFIXES = ("Ave", "Dr", "Rd")
CROSS_STREET_SUFFIXES = ("St", "Way", "Ln")
COURT_SUFFIXES = ("Ct", "Pl", "Ter")
BORDER_SUFFIXES = ("Blvd", "Pkwy", "Rd")


def unused_names(suffixes: tuple[str, ...], rng: np.random.Generator) -> Iterator[str]:
    """Yield names with the first suffix, then the next, then names of two words, none twice.

    Two iterators over different suffixes never yield the same name.
    """
    words = [WORDS[i] for i in rng.permutation(len(WORDS))]
    pairs = [pair for pair in product(WORDS, SECOND_WORDS) if pair[0] != pair[1]]
    shuffled = (pairs[i] for i in rng.permutation(len(pairs)))
    return chain(
        (f"{word} {suffix}" for suffix in suffixes for word in words),
        (f"{first} {second} {suffixes[0]}" for first, second in shuffled),
    )


def ordinal(number: int) -> str:
    """Return 1st, 2nd, 3rd, 4th … 11th, 12th, 13th … 21st."""
    teens = range(11, 14)
    ending = "th" if number % 100 in teens else {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")
    return f"{number}{ending}"
