"""What is in an order: brands, items and quantities, and how it is written on the order."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

    from generator.catalogue.records import Catalogue, Item
    from generator.configuration.kitchen_settings import KitchenBrand

_ONE_BRAND_SHARE = 0.7
_MOST_BRANDS = 3
_MOST_ITEMS_PER_BRAND = 3
_QUANTITY_LIMITS = (0.80, 0.95)  # below the first: one piece, below the second: two, else three
_MOST_PIECES = 3


@dataclass(frozen=True)
class Menus:
    """What the brands of one kitchen sell, as arrays.

    Attributes
    ----------
    item_rows
        Position in ``lines`` of each item of each brand, shape (B, M), -1 beyond a short menu.
    popularity
        Relative pull of each item, shape (B, M), 0 beyond a short menu.
    lines
        JSON of each item with each quantity; item ``i`` ordered ``q`` times is at
        ``i * 3 + q - 1``.
    """

    item_rows: NDArray[np.int64]
    popularity: NDArray[np.float64]
    lines: pa.StringArray


@dataclass(frozen=True)
class Baskets:
    """The lines of N orders: order ``n`` owns ``offsets[n]:offsets[n + 1]`` of the L lines."""

    offsets: NDArray[np.int32]
    item_rows: NDArray[np.int64]
    quantities: NDArray[np.int64]


def menus_of(catalogue: Catalogue, brands: Sequence[KitchenBrand]) -> Menus:
    """Collect what the brands of a kitchen sell, in their order."""
    items: list[Item] = []
    rows_by_brand: list[range] = []
    for brand in brands:
        own = catalogue.items_of(brand.brand_id)
        rows_by_brand.append(range(len(items), len(items) + len(own)))
        items.extend(own)
    longest = max(len(rows) for rows in rows_by_brand)
    item_rows = np.full((len(brands), longest), -1, dtype=np.int64)
    popularity = np.zeros((len(brands), longest))
    for position, rows in enumerate(rows_by_brand):
        item_rows[position, : len(rows)] = rows
        # What stands first on a menu is what the brand is known for.
        popularity[position, : len(rows)] = 1.0 / np.sqrt(1.0 + np.arange(len(rows)))
    lines = pa.array(
        [_line(item, pieces + 1) for item in items for pieces in range(_MOST_PIECES)], pa.string()
    )
    return Menus(item_rows, popularity, lines)


def _line(item: Item, quantity: int) -> str:
    fields = {
        "id": item.id,
        "category_id": item.category_id,
        "menu_id": item.menu_id,
        "brand_id": item.brand_id,
        "name": item.name,
        "price": float(item.price),
        "qty": quantity,
    }
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":"))


def brand_weights(brands: Sequence[KitchenBrand], day: int, story_days: int) -> NDArray[np.float64]:
    """Return each brand's pull on the customers of a day, shape (B,), 0 while it is closed.

    Momentum ends with the story, ``story_days`` after the start; opening and closing go on.
    """
    return np.array(
        [
            brand.weight(min(day, max(story_days, brand.start_day))) if brand.weight(day) else 0.0
            for brand in brands
        ]
    )


def draw_brands(rng: Generator, orders: int, weights: NDArray[np.float64]) -> NDArray[np.int64]:
    """Choose the brands of each order: one for 70 %, else two or three different ones.

    Parameters
    ----------
    rng
        Random numbers of this kitchen-day.
    orders
        How many orders, N.
    weights
        Pull of each brand, shape (B,); brands of weight 0 are never chosen.

    Returns
    -------
    Positions of the chosen brands, shape (N, 3), -1 where an order has fewer.
    """
    open_brands = np.flatnonzero(weights > 0)
    more = 2 + (rng.random(orders) < 0.5)  # noqa: PLR2004  two or three, as often
    wanted = np.where(rng.random(orders) < _ONE_BRAND_SHARE, 1, more)
    picked = _weighted_picks(
        rng, np.broadcast_to(weights[open_brands], (orders, open_brands.size)), _MOST_BRANDS
    )
    chosen = np.full((orders, _MOST_BRANDS), -1, dtype=np.int64)
    chosen[:, : picked.shape[1]] = open_brands[picked]
    chosen[np.arange(_MOST_BRANDS) >= wanted[:, np.newaxis]] = -1
    return chosen


def _weighted_picks(rng: Generator, weights: NDArray[np.float64], most: int) -> NDArray[np.int64]:
    """Pick up to ``most`` different columns per row, each as likely as its weight.

    Exponential clocks that tick at the rate of their weight ring in exactly this order.
    """
    clocks = rng.standard_exponential(weights.shape)
    with np.errstate(divide="ignore"):
        clocks /= weights
    return np.argsort(clocks, axis=1)[:, :most]


def draw_items(rng: Generator, chosen: NDArray[np.int64], menus: Menus) -> Baskets:
    """Fill the baskets: one to three different items of each chosen brand, one to three pieces.

    Parameters
    ----------
    rng
        Random numbers of this kitchen-day.
    chosen
        Brands of each order, shape (N, 3), -1 where there are fewer.
    menus
        What the brands sell.
    """
    orders, slots = np.nonzero(chosen >= 0)
    brands = chosen[orders, slots]
    menu_sizes = np.count_nonzero(menus.popularity > 0, axis=1)
    wanted = np.minimum(
        rng.integers(1, _MOST_ITEMS_PER_BRAND + 1, size=brands.size), menu_sizes[brands]
    )
    picked = _weighted_picks(rng, menus.popularity[brands], _MOST_ITEMS_PER_BRAND)
    pair, slot = np.nonzero(np.arange(picked.shape[1]) < wanted[:, np.newaxis])
    quantities = 1 + np.searchsorted(_QUANTITY_LIMITS, rng.random(pair.size), side="right")
    lines_per_order = np.bincount(orders[pair], minlength=chosen.shape[0])
    return Baskets(
        offsets=np.concatenate(([0], np.cumsum(lines_per_order))).astype(np.int32),
        item_rows=menus.item_rows[brands[pair], picked[pair, slot]],
        quantities=quantities.astype(np.int64),
    )


def items_json(baskets: Baskets, menus: Menus) -> pa.StringArray:
    """Write each order's lines as a JSON list, shape (N,)."""
    lines = menus.lines.take(
        pa.array(baskets.item_rows * _MOST_PIECES + baskets.quantities - 1, pa.int64())
    )
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array(baskets.offsets), lines), ",")
    return pc.binary_join_element_wise("[", joined, "]", "")


def slowest_brand(
    chosen: NDArray[np.int64], prep_times: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Return the longest preparation time among the brands of each order.

    Parameters
    ----------
    chosen
        Brands of each order, shape (N, 3), -1 where there are fewer.
    prep_times
        Minutes that each brand takes, shape (B,).

    Returns
    -------
    Minutes, shape (N,).
    """
    slowest: NDArray[np.float64] = np.where(chosen >= 0, prep_times[chosen], 0.0).max(axis=1)
    return slowest
