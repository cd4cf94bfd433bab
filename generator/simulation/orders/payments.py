"""What an order costs: fees, tax, tip and discount, and which brands have a promotion."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from common.event_schema import PAYMENT_KEYS
from common.rng import Purpose, make_rng
from generator.simulation.orders.customers import TIPS

if TYPE_CHECKING:
    from numpy.random import Generator
    from numpy.typing import NDArray

    from generator.world.payments import Payments

_BAD_WEATHER = 0.3
# A week's promotion of a brand: how many brands have one, and what they take off.
_PROMOTED_SHARE = 0.16
_PROMOTIONS = np.array([0.15, 0.20, 0.25])
_LARGEST_DISCOUNT_CENTS = 1_000
_CODE_USED_SHARE = 0.8
_WELCOME_DAYS, _WELCOME_SHARE, _WELCOME_CENTS = 4, 0.25, 500
_DAYS_A_WEEK = 7
# Of those who tip, a few do not this time; some write an amount of their own, in whole dollars as
# a rule; bad weather or a quick promise are often worth the next step (Grubhub in the cold of
# 2014: tips 14 % higher).
_NO_TIP_TODAY, _OWN_AMOUNT, _WHOLE_DOLLARS = 0.04, 0.35, 0.8
_MORE_IN_BAD_WEATHER, _MORE_WHEN_QUICK, _QUICK_MINUTES = 0.45, 0.12, 32.0


@dataclass(frozen=True)
class Bills:
    """What N customers are asked to pay, shape (N,) each.

    Attributes
    ----------
    subtotal_cents
        What the items cost.
    promotion
        Share that the promotion of the brand takes off, 0 without one.
    distance_m
        Way to the door, metres.
    bad_weather
        From 0 to 1.
    tip
        What the customer usually tips, by its position in ``TIPS``.
    promised_minutes
        How long it will take, as promised.
    known_days
        How long they have been customers.
    """

    subtotal_cents: NDArray[np.int64]
    promotion: NDArray[np.float64]
    distance_m: NDArray[np.float64]
    bad_weather: NDArray[np.float64]
    tip: NDArray[np.int64]
    promised_minutes: NDArray[np.float64]
    known_days: NDArray[np.int64]


def promotions(seed: int, location_id: int, day: int, brands: int) -> NDArray[np.float64]:
    """Return which share each brand takes off in the week of a day, 0 for most, shape (B,)."""
    rng = make_rng(seed, location_id, day // _DAYS_A_WEEK, Purpose.PROMOTIONS)
    promoted = rng.random(brands) < _PROMOTED_SHARE
    return np.where(promoted, _PROMOTIONS[rng.integers(0, _PROMOTIONS.size, brands)], 0.0)


def draw_payments(rng: Generator, bills: Bills, usual: Payments) -> pa.StringArray:
    """Draw what each order is charged, as JSON with decimals as text, shape (N,).

    Parameters
    ----------
    rng
        Random numbers of this kitchen-day.
    bills
        What the orders cost.
    usual
        Fees, tax and tips of the kitchen.
    """
    orders = bills.subtotal_cents.size
    subtotal = bills.subtotal_cents
    poor = bills.bad_weather >= _BAD_WEATHER
    by_distance = usual.delivery_fee
    step = np.searchsorted(by_distance.from_m, bills.distance_m, side="right")
    fee = np.array(by_distance.cents)[step] + np.where(poor, by_distance.bad_weather_cents, 0)
    service = np.maximum(
        _cents(usual.service_fee.share * subtotal), usual.service_fee.smallest_cents
    )
    discount = np.where(
        rng.random(orders) < _CODE_USED_SHARE,
        np.minimum(_cents(bills.promotion * subtotal), _LARGEST_DISCOUNT_CENTS),
        0,
    )
    welcome = (bills.known_days < _WELCOME_DAYS) & (rng.random(orders) < _WELCOME_SHARE)
    discount = np.where(welcome, np.maximum(discount, _WELCOME_CENTS), discount)
    discount = np.minimum(discount, subtotal)
    tax = _cents(usual.tax_rate * (subtotal - discount))
    tip = _draw_tips(rng, bills, poor, usual.tip_factor)
    total = subtotal + fee + service + tax + tip - discount
    return _as_json(subtotal, fee, service, tax, tip, discount, total)


def _draw_tips(
    rng: Generator, bills: Bills, poor: NDArray[np.bool_], factor: float
) -> NDArray[np.int64]:
    """Return the tip of each order in cents, (N,)."""
    orders = poor.size
    quick = bills.promised_minutes <= _QUICK_MINUTES
    more = np.where(poor, _MORE_IN_BAD_WEATHER, np.where(quick, _MORE_WHEN_QUICK, 0.0))
    generous = (rng.random(orders) < more) & (bills.tip > 0)
    share: NDArray[np.float64] = TIPS[np.minimum(bills.tip + generous, TIPS.size - 1)]
    proposed = share * factor * bills.subtotal_cents
    own = _cents(proposed * rng.uniform(0.7, 1.3, orders))
    own = np.where(rng.random(orders) < _WHOLE_DOLLARS, (own + 50) // 100 * 100, own)
    tip = np.where(rng.random(orders) < _OWN_AMOUNT, own, _cents(proposed))
    return np.where(rng.random(orders) < _NO_TIP_TODAY, 0, tip)


def _cents(amount: NDArray[np.floating]) -> NDArray[np.int64]:
    return np.asarray(np.rint(amount).astype(np.int64))


def _as_json(*cents: NDArray[np.int64]) -> pa.StringArray:
    pattern = "{" + ",".join(f'"{key}":"%d.%02d"' for key in PAYMENT_KEYS) + "}"
    whole_and_rest = [part for each in cents for part in np.divmod(each, 100)]
    rows = zip(*(part.tolist() for part in whole_and_rest), strict=True)
    return pa.array([pattern % row for row in rows], pa.string())
