"""What is in an order: brands, items and quantities, and its JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from common.event_schema import ITEM_KEYS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

    from generator.catalogue.records import Catalogue, Item
    from generator.configuration.kitchen_settings import KitchenBrand

_ONE_BRAND_SHARE = 0.7
_MAX_BRANDS = 3
_MAX_ITEMS_PER_BRAND = 3
_QUANTITY_LIMITS = (0.80, 0.95)  # below the first: one piece, below the second: two, else three
_MAX_PIECES = 3


@dataclass(frozen=True)
class Menus:
    """What the brands of one kitchen sell, as arrays.

    Attributes
    ----------
    item_rows
        Position in ``lines`` of each item of each brand, shape (B, M), -1 beyond a short menu.
    popularity
        Relative weight of each item, shape (B, M), 0 beyond a short menu.
    cooking_factors
        Preparation time of each brand relative to the mean of the catalogue, shape (B,).
    lines
        JSON of each item with each quantity; item ``i`` ordered ``q`` times is at
        ``i * 3 + q - 1``.
    """

    item_rows: NDArray[np.int64]
    popularity: NDArray[np.float64]
    cooking_factors: NDArray[np.float64]
    lines: pa.StringArray


@dataclass(frozen=True)
class Baskets:
    """What N orders contain, shape (N,) each.

    Attributes
    ----------
    items_json
        The lines of each order, as a JSON list.
    cooking_factor
        How long the slowest brand of each order takes, relative to the mean of the catalogue.
    """

    items_json: pa.StringArray
    cooking_factor: NDArray[np.float64]


@dataclass(frozen=True)
class _OrderLines:
    """The L lines of N orders.

    Attributes
    ----------
    offsets
        Order ``n`` owns the lines ``offsets[n]:offsets[n + 1]``, shape (N + 1,).
    item_rows, quantities
        Item, by its row in `Menus`, and number of pieces of each line, shape (L,) each.
    """

    offsets: NDArray[np.int32]
    item_rows: NDArray[np.int64]
    quantities: NDArray[np.int64]


def collect_menus(catalogue: Catalogue, brands: Sequence[KitchenBrand]) -> Menus:
    """Collect what the brands of a kitchen sell, in their order."""
    mean_prep_time = sum(brand.avg_prep_time_min for brand in catalogue.brands) / len(
        catalogue.brands
    )
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
        # The first items of a menu are the most popular.
        popularity[position, : len(rows)] = 1.0 / np.sqrt(1.0 + np.arange(len(rows)))
    lines = pa.array(
        [_order_line(item, pieces + 1) for item in items for pieces in range(_MAX_PIECES)],
        pa.string(),
    )
    return Menus(
        item_rows=item_rows,
        popularity=popularity,
        cooking_factors=np.array([brand.prep_time_min / mean_prep_time for brand in brands]),
        lines=lines,
    )


def _order_line(item: Item, quantity: int) -> str:
    values = (
        item.id,
        item.category_id,
        item.menu_id,
        item.brand_id,
        item.name,
        float(item.price),
        quantity,
    )
    return json.dumps(
        dict(zip(ITEM_KEYS, values, strict=True)), ensure_ascii=False, separators=(",", ":")
    )


def draw_baskets(
    brand_rng: Generator,
    item_rng: Generator,
    orders: int,
    brand_weights: NDArray[np.float64],
    menus: Menus,
) -> Baskets:
    """Fill the baskets of a day.

    Parameters
    ----------
    brand_rng, item_rng
        Random numbers of this kitchen-day for the choice of brands and of items.
    orders
        How many orders, N.
    brand_weights
        Weight of each brand when customers choose, shape (B,).
    menus
        What the brands sell.
    """
    brands = _draw_brands(brand_rng, orders, brand_weights)
    return Baskets(
        items_json=_items_json(_draw_items(item_rng, brands, menus), menus),
        cooking_factor=np.where(brands >= 0, menus.cooking_factors[brands], 0.0).max(axis=1),
    )


def _draw_brands(rng: Generator, orders: int, weights: NDArray[np.float64]) -> NDArray[np.int64]:
    """Choose the brands of each order: one for 70 %, else two or three different ones.

    Parameters
    ----------
    rng
        Random numbers of this kitchen-day.
    orders
        How many orders, N.
    weights
        Weight of each brand, shape (B,); brands of weight 0 are never chosen.

    Returns
    -------
    Positions of the chosen brands, shape (N, 3), -1 where an order has fewer.
    """
    open_brands = np.flatnonzero(weights > 0)
    more = 2 + (rng.random(orders) < 0.5)  # noqa: PLR2004  two or three, equally often
    wanted = np.where(rng.random(orders) < _ONE_BRAND_SHARE, 1, more)
    picked = _weighted_picks(
        rng, np.broadcast_to(weights[open_brands], (orders, open_brands.size)), _MAX_BRANDS
    )
    chosen = np.full((orders, _MAX_BRANDS), -1, dtype=np.int64)
    chosen[:, : picked.shape[1]] = open_brands[picked]
    chosen[np.arange(_MAX_BRANDS) >= wanted[:, np.newaxis]] = -1
    return chosen


def _weighted_picks(rng: Generator, weights: NDArray[np.float64], limit: int) -> NDArray[np.int64]:
    """Pick up to ``limit`` different columns per row, each as likely as its weight.

    Exponential waiting times with the weights as rates end in exactly this order.
    """
    waiting_times = rng.standard_exponential(weights.shape)
    with np.errstate(divide="ignore"):
        waiting_times /= weights
    return np.argsort(waiting_times, axis=1)[:, :limit]


def _draw_items(rng: Generator, chosen: NDArray[np.int64], menus: Menus) -> _OrderLines:
    """Choose one to three different items of each chosen brand, one to three pieces of each.

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
        rng.integers(1, _MAX_ITEMS_PER_BRAND + 1, size=brands.size), menu_sizes[brands]
    )
    picked = _weighted_picks(rng, menus.popularity[brands], _MAX_ITEMS_PER_BRAND)
    pair, slot = np.nonzero(np.arange(picked.shape[1]) < wanted[:, np.newaxis])
    quantities = 1 + np.searchsorted(_QUANTITY_LIMITS, rng.random(pair.size), side="right")
    lines_per_order = np.bincount(orders[pair], minlength=chosen.shape[0])
    return _OrderLines(
        offsets=np.concatenate(([0], np.cumsum(lines_per_order))).astype(np.int32),
        item_rows=menus.item_rows[brands[pair], picked[pair, slot]],
        quantities=quantities.astype(np.int64),
    )


def _items_json(lines: _OrderLines, menus: Menus) -> pa.StringArray:
    """Write each order's lines as a JSON list, shape (N,)."""
    texts = menus.lines.take(
        pa.array(lines.item_rows * _MAX_PIECES + lines.quantities - 1, pa.int64())
    )
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array(lines.offsets), texts), ",")
    return pc.binary_join_element_wise("[", joined, "]", "")
