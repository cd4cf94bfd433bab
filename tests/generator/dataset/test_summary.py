"""What a person should know about a dataset."""

from dataclasses import replace

import pytest

from generator.dataset.plan import plan_dataset
from generator.dataset.summary import KitchenSummary, find_notices

KITCHEN = KitchenSummary("sf", 420, 6_000, 12.0, 6, 0)


@pytest.mark.parametrize(
    ("addresses", "days", "said"), [(6, 2, True), (6, 35, False), (6, 34, True), (210, 1, False)]
)
def test_too_few_addresses_for_the_orders_are_said(addresses: int, days: int, said: bool) -> None:
    notices = find_notices(plan_dataset(days=days), [replace(KITCHEN, addresses=addresses)])
    expected = (
        f"warning: sf: 420 orders in {days} days go to {addresses} addresses, the only ones that "
        "its streets lead to: use a network of a larger area (--roads), or another radius_mi."
    )
    assert [str(notice) for notice in notices] == [expected] * said
