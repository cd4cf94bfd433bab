from __future__ import annotations

import itertools

import numpy as np
import pytest

from common.errors import UserError
from common.rng import LARGEST_SEED
from generator.simulation.orders.order_ids import (
    LARGEST_DAY,
    LARGEST_INDEX,
    LARGEST_LOCATION_ID,
    LENGTH,
    as_text,
    order_numbers,
)


def test_ids_of_all_kitchens_and_days_are_unique_and_short() -> None:
    numbers = np.concatenate(
        [
            order_numbers(42, location, day, 700)
            for location in (1, 2, 3, 4, LARGEST_LOCATION_ID)
            for day in (*range(60), LARGEST_DAY)
        ]
    )
    ids = as_text(numbers).to_pylist()
    assert len(set(ids)) == numbers.size
    assert {len(order_id) for order_id in ids} == {LENGTH}
    assert {order_id[0].isalpha() for order_id in ids} == {True}


@pytest.mark.parametrize("seed", [0, 1, 42, LARGEST_SEED])
def test_no_order_is_visible_in_ids(seed: int) -> None:
    numbers = order_numbers(seed, 1, 0, 4000)
    ranks = np.argsort(np.argsort(numbers))
    assert abs(np.corrcoef(ranks, np.arange(4000))[0, 1]) < 0.08
    # neighbours in time do not share how an id begins or ends
    ids = np.array(as_text(numbers).to_pylist())
    for part in (slice(0, 2), slice(-2, None)):
        same = np.mean([one[part] == other[part] for one, other in itertools.pairwise(ids)])
        assert same < 0.02


def test_ids_sort_as_their_numbers_do() -> None:
    numbers = order_numbers(7, 3, 11, 500)
    by_number = np.argsort(numbers)
    ids = as_text(numbers).to_pylist()
    assert [ids[position] for position in by_number] == sorted(ids)


@pytest.mark.parametrize(
    ("location_id", "day", "index"),
    [(LARGEST_LOCATION_ID + 1, 0, 0), (1, LARGEST_DAY + 1, 0), (1, 0, LARGEST_INDEX + 1)],
)
def test_what_has_no_room_in_an_id_is_refused(location_id: int, day: int, index: int) -> None:
    with pytest.raises(UserError, match=r"order ids|Order ids"):
        order_numbers(42, location_id, day, index + 1)
