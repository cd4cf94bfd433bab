"""Point 14: fees, tax, tips, promotions, changing prices, and dishes that run out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from generator.realism.numbers import median, ratio, share
from generator.realism.statistic import OWN_TARGET, Statistic, Trust

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.realism.observed import Observed

_FEWEST_SALES = 50
_EVENING = 17
_FEWEST_EXPECTED = 2.0
_CENT = 0.005
_PROPOSED_TIPS = (0.05, 0.1, 0.15, 0.18, 0.2, 0.25)


def changed_prices(observed: Observed) -> float | None:
    """Return the share of items, of those sold often, whose price changed."""
    lines = observed.lines
    kitchen = observed.orders.kitchen[lines.order]
    item = lines.item * len(observed.kitchens) + kitchen
    order = np.argsort(item, kind="stable")
    found, begin, count = np.unique(item[order], return_index=True, return_counts=True)
    if not found.size:
        return None
    low = np.minimum.reduceat(lines.price[order], begin)
    high = np.maximum.reduceat(lines.price[order], begin)
    often = count >= _FEWEST_SALES
    return float((high - low > _CENT)[often].mean()) if often.any() else None


def _paid(observed: Observed) -> NDArray[np.bool_]:
    paid: NDArray[np.bool_] = observed.orders.subtotal > 0
    return paid


def tipped_share(observed: Observed) -> float | None:
    """Return the share of paid orders with a tip."""
    return share(observed.orders.tip[_paid(observed)] > 0)


def tip_rate(observed: Observed) -> float | None:
    """Return the median tip, where there is one, relative to the subtotal."""
    orders = observed.orders
    tipped = _paid(observed) & (orders.tip > 0)
    return median(orders.tip[tipped] / orders.subtotal[tipped])


def prompted_tips(observed: Observed) -> float | None:
    """Return the share of tips that are, to the cent, a rate that apps propose."""
    orders = observed.orders
    tipped = _paid(observed) & (orders.tip > 0)
    tip, subtotal = orders.tip[tipped], orders.subtotal[tipped]
    proposed = subtotal[:, None] * np.array(_PROPOSED_TIPS)
    return share((np.abs(tip[:, None] - proposed) < _CENT + 1e-9).any(axis=1))


def discounted_share(observed: Observed) -> float | None:
    """Return the share of paid orders with a discount."""
    return share(observed.orders.discount[_paid(observed)] > 0)


def discount_rate(observed: Observed) -> float | None:
    """Return all discounts relative to all subtotals."""
    paid = _paid(observed)
    orders = observed.orders
    return ratio(float(np.nansum(orders.discount[paid])), float(orders.subtotal[paid].sum()))


def fee_rate(observed: Observed) -> float | None:
    """Return all fees relative to all subtotals."""
    paid = _paid(observed)
    orders = observed.orders
    fees = np.nansum(orders.delivery_fee[paid]) + np.nansum(orders.service_fee[paid])
    return ratio(float(fees), float(orders.subtotal[paid].sum()))


def _tax_rates(observed: Observed) -> list[float]:
    orders, paid = observed.orders, _paid(observed)
    rates = [
        median((orders.tax / orders.subtotal)[paid & (orders.kitchen == number)])
        for number in range(len(observed.kitchens))
    ]
    return [rate for rate in rates if rate is not None]


def tax_rate(observed: Observed) -> float | None:
    """Return the mean over cities of the usual tax relative to the subtotal."""
    rates = _tax_rates(observed)
    return sum(rates) / len(rates) if rates else None


def tax_by_city(observed: Observed) -> float | None:
    """Return the largest difference between cities of the usual tax."""
    rates = _tax_rates(observed)
    return max(rates) - min(rates) if len(rates) > 1 else None


def sold_out_evenings(observed: Observed) -> float | None:
    """Return evenings on which a usual item was not sold at all, relative to chance.

    Chance is what the orders of its brand that evening in that kitchen would lead to.
    """
    lines = observed.lines
    evening = (observed.hour[lines.order] >= _EVENING) & (lines.brand >= 0) & (lines.item >= 0)
    kitchen = observed.orders.kitchen[lines.order][evening]
    order, brand, item = lines.order[evening], lines.brand[evening], lines.item[evening]
    if not item.size:
        return None
    sold, shelf = _orders_by_day(observed, order, (kitchen, brand, item))
    ordered, counter = _orders_by_day(observed, order, (kitchen, brand))
    brand_row = {key: row for row, key in enumerate(counter)}
    of_brand = ordered[[brand_row[key[:2]] for key in shelf]]
    part = (sold.sum(axis=1) / of_brand.sum(axis=1))[:, None]
    expected, chance = part * of_brand, (1 - part) ** of_brand
    usual = expected >= _FEWEST_EXPECTED
    if usual.sum() < _FEWEST_SALES:
        return None
    return ratio(float((sold[usual] == 0).sum()), float(chance[usual].sum()))


def _orders_by_day(
    observed: Observed, order: NDArray[np.int64], keys: tuple[NDArray[np.int64], ...]
) -> tuple[NDArray[np.float64], list[tuple[int, ...]]]:
    """Return how many orders of each day have a line of each key, and the keys."""
    # One number for each key: rows are slow to compare.
    packed = np.ravel_multi_index(keys, [int(key.max()) + 1 for key in keys])
    _, first, row = np.unique(packed, return_index=True, return_inverse=True)
    once = np.unique(order * first.size + row)
    cell = once % first.size * observed.days + observed.day[once // first.size]
    count = np.bincount(cell, minlength=first.size * observed.days).astype(float)
    keys_found = zip(*(key[first].tolist() for key in keys), strict=True)
    return count.reshape(first.size, observed.days), list(keys_found)


STATISTICS = (
    Statistic(
        14, "items whose price changed", "share", 0.05, 1.0,
        OWN_TARGET + ": on dates", Trust.TARGET, changed_prices,
    ),
    Statistic(
        14, "orders with a tip", "share", 0.7, 0.98,
        "DoorDash 2015: 96 %; Gridwise 2023: near 90 %", Trust.MEASURED, tipped_share,
    ),
    Statistic(
        14, "tip of the subtotal where there is one, median", "share", 0.05, 0.22,
        "DoorDash 2015: 5 %; Uber's usual prompt: 15 %", Trust.SECOND_HAND, tip_rate,
    ),
    Statistic(
        14, "tips of exactly 5, 10, 15, 18, 20 or 25 %", "share", 0.1, 0.8,
        "DoorDash 2015: 20 % at 5, 6 % at 10, 5 % at 15", Trust.MEASURED, prompted_tips,
    ),
    Statistic(
        14, "orders with a discount", "share", 0.06, 0.3,
        "DoorDash 2015: 15.4 %", Trust.MEASURED, discounted_share,
    ),
    Statistic(
        14, "discounts of subtotals", "share", 0.01, 0.14,
        "DoorDash 2015: 2.6 % of value; Delhi kitchen operator: 13.3 %", Trust.MEASURED,
        discount_rate,
    ),
    Statistic(
        14, "delivery and service fees of subtotals", "share", 0.08, 0.45,
        "Minneapolis 2020: 41 to 58 % above the menu, of which 14 to 18 mark-up",
        Trust.SECOND_HAND, fee_rate,
    ),
    Statistic(
        14, "tax of the subtotal, mean of cities", "share", 0.06, 0.13,
        OWN_TARGET + ": sales tax on food in these cities", Trust.TARGET, tax_rate,
    ),
    Statistic(
        14, "tax of the subtotal, largest difference between cities", "share", 0.003, 0.06,
        OWN_TARGET + ": by city", Trust.TARGET, tax_by_city,
    ),
    Statistic(
        14, "evenings without a sale of a usual item, against chance", "times", 1.0, 4.0,
        OWN_TARGET + ": items sold out for an evening", Trust.TARGET, sold_out_evenings,
    ),
)  # fmt: skip
