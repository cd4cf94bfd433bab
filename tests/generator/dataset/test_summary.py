"""What a person should know about a dataset."""

from dataclasses import replace
from pathlib import Path

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


@pytest.mark.parametrize(
    ("keys", "said"),
    [
        ('{"stations": 6, "noise_pct": 5}', []),
        (
            '{"stations": 8}',
            [
                (
                    "note: sf cooks with 8 stations here; the models know the 6 of locations.csv "
                    "until you change them there."
                )
            ],
        ),
        (
            '{"location_name": "Reno", "gk_location": "39.5,-119.8"}',
            [
                (
                    "note: reno is not in locations.csv: add it there as location_id 5, or the "
                    "models reject its events as unknown."
                )
            ],
        ),
    ],
)
def test_kitchens_that_the_models_know_otherwise_are_said(
    tmp_path: Path, keys: str, said: list[str]
) -> None:
    configuration = tmp_path / "sf.json"
    configuration.write_text(keys)
    notices = find_notices(plan_dataset(configurations=[configuration]), ())
    assert [str(notice) for notice in notices] == said
