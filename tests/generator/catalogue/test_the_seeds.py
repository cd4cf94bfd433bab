"""The business as it is delivered: its size, its stories, its order."""

from __future__ import annotations

import csv
from collections import Counter
from decimal import Decimal

import pytest

from common.paths import SEEDS
from generator.catalogue.records import Catalogue, cooks_on
from generator.catalogue.seed_files import load_catalogue

HEALTHY = {
    "Sproutwick Salads",
    "Grainhollow Bowls",
    "Quenchling Juice Works",
    "Fernfeather Plant Kitchen",
    "Tidewhisk Poke",
}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue(SEEDS)


def test_the_catalogue_has_the_size_of_the_contract(catalogue: Catalogue) -> None:
    assert [location.location_code for location in catalogue.locations] == [
        "sf",
        "sv",
        "bellevue",
        "chicago",
    ]
    assert len(catalogue.brands) == 24
    assert len(catalogue.menus) == 24
    assert {menu.brand_id for menu in catalogue.menus} == set(range(1, 25))
    assert 105 <= len(catalogue.categories) <= 120
    assert len(catalogue.items) >= 190


def test_every_brand_has_a_kitchen_and_every_kitchen_twelve_to_eighteen_brands(
    catalogue: Catalogue,
) -> None:
    assert {row.brand_id for row in catalogue.brand_locations} == set(range(1, 25))
    kitchens = Counter(row.location_id for row in catalogue.brand_locations)
    assert all(12 <= brands <= 18 for brands in kitchens.values())


def test_every_section_of_a_menu_has_items(catalogue: Catalogue) -> None:
    assert {item.category_id for item in catalogue.items} == {
        category.id for category in catalogue.categories
    }
    sections = Counter(category.brand_id for category in catalogue.categories)
    assert set(sections.values()) == {4, 5}


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [("sf", 171, 297), ("sv", 53, 155), ("bellevue", 230, 234), ("chicago", 318, 240)],
)
def test_kitchens_grow_from_the_first_day_to_the_last_as_in_their_story(
    catalogue: Catalogue, code: str, first: int, last: int
) -> None:
    location = catalogue.location(code)
    assert location is not None
    assert location.base_orders_day == first
    assert first * (1 + location.growth_rate_daily) ** 89 == pytest.approx(last, rel=0.01)


def test_one_brand_launches_in_silicon_valley_and_one_leaves_chicago(catalogue: Catalogue) -> None:
    launches = [row for row in catalogue.brand_locations if row.start_day]
    assert [(row.location_id, row.start_day, row.trajectory) for row in launches] == [
        (2, 45, "launching")
    ]
    assert [
        row.location_id for row in catalogue.brand_locations if row.brand_id == launches[0].brand_id
    ] == [2]
    exits = [row for row in catalogue.brand_locations if row.end_day is not None]
    assert [(row.location_id, row.end_day, row.trajectory) for row in exits] == [(4, 60, "leaving")]
    assert [cooks_on(launches[0], day) for day in (44, 45)] == [False, True]
    assert [cooks_on(exits[0], day) for day in (59, 60)] == [True, False]


def test_health_brands_lead_san_francisco(catalogue: Catalogue) -> None:
    names = {brand.brand_id: brand.name for brand in catalogue.brands}
    rates = {names[row.brand_id]: row.growth_rate_monthly for row in catalogue.brands_at(1)}
    assert rates.keys() > HEALTHY
    slowest = min(rate for name, rate in rates.items() if name in HEALTHY)
    assert slowest > max(rate for name, rate in rates.items() if name not in HEALTHY)


def test_words_and_rates_of_the_trajectories_agree(catalogue: Catalogue) -> None:
    allowed = {
        "growing": (0.05, 1.0),
        "launching": (0.05, 1.0),
        "steady": (-0.045, 0.045),
        "declining": (-0.5, -0.035),
        "leaving": (-0.5, -0.05),
    }
    for row in catalogue.brand_locations:
        low, high = allowed[row.trajectory]
        assert low <= row.growth_rate_monthly <= high, row


def test_fast_food_is_fast_and_slow_food_slow(catalogue: Catalogue) -> None:
    minutes = {brand.cuisine_type: brand.avg_prep_time_min for brand in catalogue.brands}
    assert all(4 <= value <= 16 for value in minutes.values())
    fast = max(minutes[cuisine] for cuisine in ("Salads", "Juices and smoothies"))
    slow = min(minutes[cuisine] for cuisine in ("Japanese ramen", "Pizza", "Barbecue"))
    assert 2 * fast < slow


def test_prices_are_what_a_menu_would_print(catalogue: Catalogue) -> None:
    assert all(Decimal(3) <= item.price <= Decimal(22) for item in catalogue.items)
    assert all(str(item.price)[-1] in "59" for item in catalogue.items)
    assert all(item.price_cents == item.price * 100 for item in catalogue.items)


@pytest.mark.parametrize(
    "table", ["locations", "brands", "brand_locations", "menus", "categories", "items"]
)
def test_files_are_sorted_numbered_from_one_and_need_no_quotes(table: str) -> None:
    text = (SEEDS / f"{table}.csv").read_text(encoding="utf-8")
    assert '"' not in text
    assert "\r" not in text
    rows = list(csv.reader(text.splitlines()))
    assert [int(row[0]) for row in rows[1:]] == list(range(1, len(rows)))
    assert all(value == value.strip() for row in rows for value in row)


def test_names_are_not_used_twice(catalogue: Catalogue) -> None:
    for names in (
        [brand.name for brand in catalogue.brands],
        [menu.name for menu in catalogue.menus],
        [item.name for item in catalogue.items],
    ):
        assert len(names) == len(set(names))


@pytest.mark.parametrize("written", ["sf", "SF", "San Francisco", "sanfrancisco", "san_francisco"])
def test_a_kitchen_is_found_by_code_or_name(catalogue: Catalogue, written: str) -> None:
    location = catalogue.location(written)
    assert location is not None
    assert location.location_id == 1
    assert catalogue.location("atlantis") is None
