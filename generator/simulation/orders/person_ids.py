"""Ids of customers and couriers: short, unique over all kitchens, and without a visible order."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from generator.simulation.orders.order_ids import as_text, scrambled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from generator.simulation.orders.customers import Customers

# Kitchen, person of a seat, seat: 7 + 14 + 18 bits.
_PERSON_BITS, _SEAT_BITS = 14, 18
# Another order of the same numbers than that of orders, so that no two ids look alike.
_CUSTOMERS, _COURIERS = 0x5EED_C0DE, 0x5EED_CAFE


def customer_ids(seed: int, location_id: int, customers: Customers) -> pa.StringArray:
    """Return the id of each of N customers, ``c`` and eight characters, shape (N,)."""
    person = customers.person % (1 << _PERSON_BITS)
    numbers = (location_id << (_PERSON_BITS + _SEAT_BITS)) | (person << _SEAT_BITS) | customers.seat
    return _ids("c", seed ^ _CUSTOMERS, numbers)


def courier_ids(seed: int, location_id: int, couriers: int) -> pa.StringArray:
    """Return the id of each courier of a kitchen, ``d`` and eight characters, shape (K,)."""
    numbers = (location_id << (_PERSON_BITS + _SEAT_BITS)) | np.arange(couriers, dtype=np.int64)
    return _ids("d", seed ^ _COURIERS, numbers)


def _ids(letter: str, key: int, numbers: NDArray[np.int64]) -> pa.StringArray:
    text = as_text(scrambled(key, numbers.astype(np.uint64)))
    return pc.binary_join_element_wise(letter, text, "")
