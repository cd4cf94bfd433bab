"""Short order ids: unique by construction, and not in the order in which orders were placed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from common.errors import UserError

if TYPE_CHECKING:
    from numpy.typing import NDArray

LENGTH = 8
_LOCATION_BITS, _DAY_BITS, _INDEX_BITS = 7, 14, 18
_BITS = _LOCATION_BITS + _DAY_BITS + _INDEX_BITS
LARGEST_LOCATION_ID = 2**_LOCATION_BITS - 1
LARGEST_DAY = 2**_DAY_BITS - 1
LARGEST_INDEX = 2**_INDEX_BITS - 1

# Both alphabets are in ASCII order, so ids sort as their numbers do, and omit what people
# misread (i, l, o, u). The first character is a letter, so that no tool that guesses types takes
# an id such as 52338746 or 3e427795 for a number.
_FIRST = np.frombuffer(b"abcdefghjkmnpqrs", dtype=np.uint8)
_OTHERS = np.frombuffer(b"0123456789abcdefghjkmnpqrstvwxyz", dtype=np.uint8)

_MASK = (1 << _BITS) - 1
_ROUNDS = 3
_SPREAD = 0x2545F4914F6CDD1D
_STEP = 0x9E3779B97F4A7C15


def order_numbers(seed: int, location_id: int, day: int, orders: int) -> NDArray[np.uint64]:
    """Return the scrambled 39-bit numbers behind order ids.

    No two (kitchen, day, index) get the same number.

    Parameters
    ----------
    seed
        Seed of the dataset; another seed gives another order.
    location_id, day
        Kitchen, and day on which the orders were placed.
    orders
        How many orders were placed, N.

    Returns
    -------
    Numbers below 2**39, shape (N,).

    Raises
    ------
    UserError
        If kitchen, day or number of orders does not fit into 39 bits.
    """
    if location_id > LARGEST_LOCATION_ID:
        raise UserError(
            f"location_id {location_id} in seeds/locations.csv is too large for order ids; "
            f"use at most {LARGEST_LOCATION_ID}."
        )
    if day > LARGEST_DAY or orders > LARGEST_INDEX + 1:
        raise UserError(
            f"Order ids have room for {LARGEST_DAY + 1:,} days and {LARGEST_INDEX + 1:,} orders a "
            "day in a kitchen; ask for fewer days (--days) or fewer orders."
        )
    kitchen_day = ((location_id << _DAY_BITS) | day) << _INDEX_BITS
    return scrambled(seed, np.uint64(kitchen_day) | np.arange(orders, dtype=np.uint64))


def scrambled(seed: int, numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Return other numbers below 2**39, each of which belongs to one of ``numbers`` alone.

    Each round of xor with a key, multiplication by an odd number and xor with a shift of itself is
    a bijection on 39 bits; so is their chain.
    """
    mask = np.uint64(_MASK)
    key = seed
    for _ in range(_ROUNDS):
        # splitmix-like key schedule, in Python integers: no overflow to think about
        key = (key * _SPREAD + _STEP) & (2**64 - 1)
        numbers = numbers ^ np.uint64((key >> 25) & _MASK)
        numbers = (numbers * np.uint64(_SPREAD)) & mask
        numbers = numbers ^ (numbers >> np.uint64(_BITS // 2))
    return numbers


def as_text(numbers: NDArray[np.uint64]) -> pa.StringArray:
    """Write order numbers as ids of eight characters that sort as the numbers do."""
    characters = np.empty((numbers.size, LENGTH), dtype=np.uint8)
    rest = numbers.copy()
    for position in range(LENGTH - 1, 0, -1):
        characters[:, position] = _OTHERS[rest & np.uint64(31)]
        rest >>= np.uint64(5)
    characters[:, 0] = _FIRST[rest]
    offsets = np.arange(0, (numbers.size + 1) * LENGTH, LENGTH, dtype=np.int32)
    return pa.StringArray.from_buffers(
        numbers.size, pa.py_buffer(offsets), pa.py_buffer(characters.reshape(-1))
    )
