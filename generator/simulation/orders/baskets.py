"""What is in an order: brands, items and quantities, and its JSON."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from common.event_schema import ITEM_KEYS
from common.time_units import SATURDAY, hour_of_day
from generator.simulation.cooking.recipes import recipe_of
from generator.world.baskets import OccasionShares

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.random import Generator
    from numpy.typing import NDArray

    from common.rng import DayRngs
    from generator.catalogue.records import Catalogue, Item
    from generator.configuration.kitchen_settings import KitchenBrand
    from generator.simulation.cooking.recipes import Recipe
    from generator.world.baskets import Occasion
    from generator.world.trade import KitchenTrade

_MAX_BRANDS = 3
_MAX_PIECES = 12
# The times of day of `OccasionShares`.
_FROM_HOURS = (4.0, 10.0, 15.0, 21.0)
_WEEKEND_DAY, _WEEKEND_EVENING, _LATE = 4, 5, 3
# A pan of fifteen dishes takes longer than one, but not fifteen times (Deliveroo: pieces ** 0.25).
_PIECES_EXPONENT = 0.25
_MEAN_PIECES_FACTOR = 1.312
# Prices of a brand change on a day of its own every 45 days, and come back after four times.
_DAYS_A_PRICE = 45
_PRICE_VERSIONS = 4
_FIVE_CENTS = 5
# An item is sold out this often, from some hour of the evening on.
_SOLD_OUT_SHARE = 0.065
_SOLD_OUT_FROM_HOURS = (17.5, 24.0)
_MINUTES_UNTIL_KNOWN = 15.0


@dataclass(frozen=True)
class Occasions:
    """The K ways in which people order, as arrays.

    Attributes
    ----------
    more_lines, more_pieces
        Lines beyond the first, and the chance that one more piece of a line is wanted, shape (K,).
    brands
        Shares of one, two and three brands, added up, shape (K, 3).
    shares
        Shares of the occasions by time of day, added up, shape (6, K).
    """

    more_lines: NDArray[np.float64]
    more_pieces: NDArray[np.float64]
    brands: NDArray[np.float64]
    shares: NDArray[np.float64]


def collect_occasions(occasions: Sequence[Occasion]) -> Occasions:
    """Collect how people order."""
    shares = [
        [getattr(occasion.shares, time) for occasion in occasions]
        for time in OccasionShares.model_fields
    ]
    return Occasions(
        more_lines=np.array([occasion.more_lines for occasion in occasions]),
        more_pieces=np.array([occasion.more_pieces for occasion in occasions]),
        brands=np.cumsum([occasion.brands for occasion in occasions], axis=1),
        shares=np.cumsum(shares, axis=1),
    )


@dataclass(frozen=True)
class Menus:
    """What the brands of one kitchen sell, as arrays.

    Attributes
    ----------
    item_rows
        Number of each item of each brand among the I items, shape (B, M), -1 beyond a short menu.
    popularity
        Relative weight of each item, shape (B, M), 0 beyond a short menu.
    cooking_factors
        Preparation time of each brand relative to the mean of the catalogue, shape (B,).
    brand
        Number of the brand of each item, shape (I,).
    recipes
        How each item is made, I of them.
    occasions
        In which ways people order.
    price_cents
        Price of each item in each version of the menu, shape (V, I).
    price_phase
        How many days before day 0 a brand's prices were last changed, shape (B,).
    lines
        JSON of each item with each quantity at each price: item ``i`` ordered ``q`` times at price
        ``v`` is at ``(v * I + i) * 12 + q - 1``.
    """

    item_rows: NDArray[np.int64]
    popularity: NDArray[np.float64]
    cooking_factors: NDArray[np.float64]
    brand: NDArray[np.int64]
    recipes: tuple[Recipe, ...]
    occasions: Occasions
    price_cents: NDArray[np.int64]
    price_phase: NDArray[np.int64]
    lines: pa.StringArray

    def price_versions(self, day: int) -> NDArray[np.int64]:
        """Return which version of its price each item has on a day, shape (I,)."""
        return ((day + self.price_phase) // _DAYS_A_PRICE % _PRICE_VERSIONS)[self.brand]


@dataclass(frozen=True)
class Baskets:
    """What N orders contain, shape (N,) each.

    Attributes
    ----------
    items_json
        The lines of each order, as a JSON list.
    cooking_factor
        How long each order takes to cook relative to the usual one: by its slowest brand and its
        number of pieces.
    subtotal_cents
        What the items cost.
    brand
        The brand that was preferred most, by its number.
    ran_out
        Whether an item is no longer there when the kitchen looks.
    lines
        Their lines.
    """

    items_json: pa.StringArray
    cooking_factor: NDArray[np.float64]
    subtotal_cents: NDArray[np.int64]
    brand: NDArray[np.int64]
    ran_out: NDArray[np.bool_]
    lines: OrderLines


@dataclass(frozen=True)
class OrderLines:
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


def collect_menus(
    catalogue: Catalogue, brands: Sequence[KitchenBrand], trade: KitchenTrade, rng: Generator
) -> Menus:
    """Collect what the brands of a kitchen sell, in their order; prices change as ``rng`` says."""
    mean_prep_time = sum(brand.avg_prep_time_min for brand in catalogue.brands) / len(
        catalogue.brands
    )
    cuisines = {brand.brand_id: brand.cuisine_type for brand in catalogue.brands}
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
    prices = _price_versions(rng, np.array([item.price_cents for item in items], dtype=np.int64))
    return Menus(
        item_rows=item_rows,
        popularity=popularity,
        cooking_factors=np.array([brand.prep_time_min / mean_prep_time for brand in brands]),
        brand=np.repeat(np.arange(len(brands)), [len(rows) for rows in rows_by_brand]),
        recipes=tuple(
            recipe_of(trade.preparation, cuisines[item.brand_id], item) for item in items
        ),
        occasions=collect_occasions(trade.occasions),
        price_cents=prices,
        price_phase=rng.integers(0, _DAYS_A_PRICE, len(brands)),
        lines=pa.array(
            [
                line
                for version in prices.tolist()
                for item, cents in zip(items, version, strict=True)
                for line in _order_lines(item, cents)
            ],
            pa.string(),
        ),
    )


def _price_versions(rng: Generator, cents: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return four versions of prices, the first as in the seeds, shape (V, I)."""
    changed = rng.random((_PRICE_VERSIONS - 1, cents.size)) < 0.6  # noqa: PLR2004  a good half
    steps = rng.normal(0.03, 0.025, changed.shape) * np.where(changed, cents, 0)
    later = cents + np.rint(steps / _FIVE_CENTS).astype(np.int64) * _FIVE_CENTS
    return np.concatenate((cents[np.newaxis], np.maximum(later, 0)))


def _order_lines(item: Item, cents: int) -> list[str]:
    """Write the line of an item with one piece of it, two, and so on."""
    values = (
        item.id,
        item.category_id,
        item.menu_id,
        item.brand_id,
        item.name,
        cents / 100,
    )
    known = dict(zip(ITEM_KEYS, values, strict=False))
    text = json.dumps(known, ensure_ascii=False, separators=(",", ":"))
    return [f'{text[:-1]},"{ITEM_KEYS[-1]}":{pieces}}}' for pieces in range(1, _MAX_PIECES + 1)]


def draw_baskets(
    rngs: DayRngs,
    created: NDArray[np.int64],
    ranked: NDArray[np.int64],
    company: NDArray[np.float64],
    weekday: int,
    menus: Menus,
    day: int,
) -> Baskets:
    """Fill the baskets of a day.

    Parameters
    ----------
    rngs
        Random numbers of this kitchen-day.
    created
        When the N orders were placed, microseconds since day 0, shape (N,).
    ranked
        Which brands each customer prefers, the first one most, -1 where there are fewer than three,
        shape (N, 3).
    company
        From 0 to 1: how often each customer orders for others, shape (N,).
    weekday
        0 is Monday.
    menus
        What the brands sell.
    day
        The day, for its prices.
    """
    hour = hour_of_day(created)
    occasion = _draw_occasions(rngs.brands, hour, company, weekday, menus.occasions)
    brands = _take_brands(rngs.brands, ranked, menus.occasions.brands[occasion])
    sold_out_from = _sold_out_hours(rngs.sold_out, menus.brand.size)
    late_hour = np.where(hour < _FROM_HOURS[0], hour + 24.0, hour)
    lines = _draw_items(rngs.items, brands, occasion, menus, sold_out_from, late_hour)
    versions = menus.price_versions(day)
    order = np.repeat(np.arange(created.size), np.diff(lines.offsets))
    cents = menus.price_cents[versions[lines.item_rows], lines.item_rows] * lines.quantities
    pieces = np.bincount(order, lines.quantities, created.size)
    slowest = np.where(brands >= 0, menus.cooking_factors[brands], 0.0).max(axis=1, initial=0.0)
    just_gone = late_hour[order] - sold_out_from[lines.item_rows]
    ran_out = np.zeros(created.size, dtype=np.bool_)
    ran_out[order[just_gone >= 0.0]] = True
    factor = np.round(pieces**_PIECES_EXPONENT, 6) / _MEAN_PIECES_FACTOR
    return Baskets(
        items_json=_items_json(lines, menus, versions),
        cooking_factor=slowest * factor,
        subtotal_cents=np.bincount(order, cents, created.size).astype(np.int64),
        brand=brands[:, 0],
        ran_out=ran_out,
        lines=lines,
    )


def rank_brands(rng: Generator, preferences: NDArray[np.float64]) -> NDArray[np.int64]:
    """Draw up to three different brands for each order, each as likely as it is preferred.

    Parameters
    ----------
    rng
        Random numbers of this kitchen-day.
    preferences
        Weight of each brand for each order, shape (N, B), 0 for brands that are closed.

    Returns
    -------
    Numbers of brands, the first drawn first, -1 where fewer are open, shape (N, 3).
    """
    open_brands = np.flatnonzero(preferences.any(axis=0))
    picked = _weighted_picks(rng, preferences[:, open_brands], _MAX_BRANDS)
    chosen = np.full((len(preferences), _MAX_BRANDS), -1, dtype=np.int64)
    chosen[:, : picked.shape[1]] = open_brands[picked] if open_brands.size else -1
    return chosen


def _weighted_picks(rng: Generator, weights: NDArray[np.float64], limit: int) -> NDArray[np.int64]:
    """Pick up to ``limit`` different columns per row, each as likely as its weight.

    Exponential waiting times with the weights as rates end in exactly this order.
    """
    waiting_times = rng.standard_exponential(weights.shape)
    with np.errstate(divide="ignore"):
        waiting_times /= weights
    return np.argsort(waiting_times, axis=1)[:, :limit]


def _draw_occasions(
    rng: Generator,
    hour: NDArray[np.float64],
    company: NDArray[np.float64],
    weekday: int,
    occasions: Occasions,
) -> NDArray[np.int64]:
    """Draw for how many each of N orders is; who has company more often orders for it."""
    time = np.searchsorted(_FROM_HOURS, hour, side="right") - 1
    time = np.where(time < 0, _LATE, time)
    if weekday >= SATURDAY:
        time = np.where(
            time < 2,  # noqa: PLR2004  before the evening
            _WEEKEND_DAY,
            np.where(time < _LATE, _WEEKEND_EVENING, time),
        )
    scale = occasions.shares[time]
    # Half of it is the person's own, half is chance: the sum of two uniform numbers, made uniform.
    both = (company + rng.random(hour.size)) / 2.0
    even = np.where(both < 0.5, 2.0 * both**2, 1.0 - 2.0 * (1.0 - both) ** 2)  # noqa: PLR2004
    return np.asarray(np.minimum((even[:, np.newaxis] >= scale).sum(axis=1), scale.shape[1] - 1))


def _take_brands(
    rng: Generator, ranked: NDArray[np.int64], scale: NDArray[np.float64]
) -> NDArray[np.int64]:
    """Return as many of the brands as the occasion asks for, -1 beyond, shape (N, 3).

    ``scale`` has the shares of one, two and three brands in each order, added up, shape (N, 3).
    """
    wanted = 1 + (rng.random(len(scale))[:, np.newaxis] >= scale[:, :-1]).sum(axis=1)
    return np.where(np.arange(_MAX_BRANDS) < wanted[:, np.newaxis], ranked, -1)


def _sold_out_hours(rng: Generator, items: int) -> NDArray[np.float64]:
    """Return from which hour on each item is sold out, never for most, shape (I,)."""
    hours = rng.uniform(*_SOLD_OUT_FROM_HOURS, items)
    return np.where(rng.random(items) < _SOLD_OUT_SHARE, hours, np.inf)


def _draw_items(
    rng: Generator,
    chosen: NDArray[np.int64],
    occasion: NDArray[np.int64],
    menus: Menus,
    sold_out_from: NDArray[np.float64],
    hour: NDArray[np.float64],
) -> OrderLines:
    """Choose different items of each chosen brand, and how many pieces of each.

    Parameters
    ----------
    rng
        Random numbers of this kitchen-day.
    chosen
        Brands of each order, shape (N, 3), -1 where there are fewer.
    occasion
        For how many each order is, shape (N,).
    menus
        What the brands sell.
    sold_out_from
        Hour from which each item is sold out, shape (I,).
    hour
        When each order was placed, those after midnight counted on, shape (N,).
    """
    orders, slots = np.nonzero(chosen >= 0)
    brands = chosen[orders, slots]
    brands_per_order = np.bincount(orders, minlength=occasion.size)
    more = rng.poisson(menus.occasions.more_lines[occasion])
    first = np.cumsum(brands_per_order) - brands_per_order
    # Each brand has a line; of the others, each goes to one of the brands.
    added = np.repeat(np.arange(occasion.size), np.maximum(more - brands_per_order + 1, 0))
    pair_of_line = first[added] + (rng.random(added.size) * brands_per_order[added]).astype(
        np.int64
    )
    popularity = menus.popularity[brands]
    rows = menus.item_rows[brands]
    # It takes the menu some minutes to know: until then an item is ordered that is not there.
    gone = hour[orders][:, np.newaxis] >= sold_out_from[rows] + _MINUTES_UNTIL_KNOWN / 60.0
    popularity = np.where(gone & ~gone.all(axis=1, keepdims=True), 0.0, popularity)
    wanted = 1 + np.bincount(pair_of_line, minlength=orders.size)
    wanted = np.minimum(wanted, np.count_nonzero(popularity > 0, axis=1))
    picked = _weighted_picks(rng, popularity, popularity.shape[1])
    pair, slot = np.nonzero(np.arange(picked.shape[1]) < wanted[:, np.newaxis])
    one_more = menus.occasions.more_pieces[occasion[orders[pair]]]
    quantities = rng.geometric(1.0 - one_more)
    # Beyond a dozen it is drawn again, evenly.
    too_many = quantities > _MAX_PIECES
    quantities[too_many] = rng.integers(2, _MAX_PIECES, int(too_many.sum()), endpoint=True)
    lines_per_order = np.bincount(orders[pair], minlength=chosen.shape[0])
    return OrderLines(
        offsets=np.concatenate(([0], np.cumsum(lines_per_order))).astype(np.int32),
        item_rows=rows[pair, picked[pair, slot]],
        quantities=quantities.astype(np.int64),
    )


def _items_json(lines: OrderLines, menus: Menus, versions: NDArray[np.int64]) -> pa.StringArray:
    """Write each order's lines as a JSON list, shape (N,)."""
    priced = versions[lines.item_rows] * menus.brand.size + lines.item_rows
    texts = menus.lines.take(pa.array(priced * _MAX_PIECES + lines.quantities - 1, pa.int64()))
    joined = pc.binary_join(pa.ListArray.from_arrays(pa.array(lines.offsets), texts), ",")
    return pc.binary_join_element_wise("[", joined, "]", "")
