"""Random numbers that depend on what they are for, and on nothing else."""

from __future__ import annotations

from dataclasses import dataclass, fields
from enum import IntEnum

from numpy.random import Generator, Philox

# Half of the 128-bit key: separates the streams of this project from other uses of the same seed.
_KEY = 0x9E3779B97F4A7C15
LARGEST_SEED = 2**64 - 1


class Purpose(IntEnum):
    """What a stream of random numbers is for. Values never change; a new purpose gets a new one.

    One purpose per step means that a change in one step (another basket size, say) leaves the
    draws of all others as they were.
    """

    DEMAND = 1
    BRANDS = 2
    ITEMS = 3
    COOKING = 4
    DELIVERY = 5
    MISSING_FIELDS = 6
    FAULTS = 7
    MOMENTUM = 8
    CUSTOMERS = 9
    CHOICES = 10
    SHOCKS = 11
    TRAFFIC = 12
    COURIERS = 13
    SHIFTS = 14
    FIXES = 15
    PAYMENTS = 16
    CANCELLATIONS = 17
    KITCHEN = 18
    DISHES = 19
    SOLD_OUT = 20
    PROMOTIONS = 21
    PRICES = 22


def make_rng(seed: int, location_id: int, day: int, purpose: Purpose) -> Generator:
    """Return the random numbers of one purpose on one day in one kitchen.

    Philox is counter-based: kitchen, day and purpose are the high words of its 256-bit counter, so
    all streams of a seed are disjoint and any of them can be opened alone, in any order.

    Parameters
    ----------
    seed
        0 to 2**64 - 1.
    location_id, day
        Kitchen, and days since the start of the dataset; neither is negative.
    purpose
        What the numbers are for.
    """
    return Generator(Philox(key=[seed, _KEY], counter=[0, int(purpose), day, location_id]))


@dataclass(frozen=True)
class DayRngs:
    """The random numbers of one kitchen-day, one stream for each step that fills its orders."""

    brands: Generator
    items: Generator
    sold_out: Generator
    dishes: Generator
    kitchen: Generator
    cooking: Generator
    delivery: Generator
    cancellations: Generator


def make_day_rngs(seed: int, location_id: int, day: int) -> DayRngs:
    """Return the random numbers of one day in one kitchen, as `make_rng` makes them."""
    return DayRngs(
        **{
            field.name: make_rng(seed, location_id, day, Purpose[field.name.upper()])
            for field in fields(DayRngs)
        }
    )
