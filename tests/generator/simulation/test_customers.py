"""People at doors: who orders, how often, and what they like."""

from __future__ import annotations

from collections import Counter, defaultdict
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa
import pytest

from common.time_units import MICROSECONDS_PER_DAY, MICROSECONDS_PER_MINUTE
from generator.roads.geometry import great_circle_m
from generator.simulation.orders.customers import address_texts, another_brand_today
from generator.simulation.orders.placed_orders import choose, place_orders

if TYPE_CHECKING:
    from collections.abc import Callable

    from generator.simulation.orders.placed_orders import Choices
    from generator.simulation.prepared_kitchen import Kitchen


@pytest.fixture(scope="module")
def weeks(make_kitchen: Callable[..., Kitchen]) -> list[Choices]:
    kitchen = make_kitchen("chicago")
    return [choose(kitchen, day) for day in range(56)]


def test_a_few_people_order_often_and_most_once(weeks: list[Choices]) -> None:
    orders = Counter(
        person
        for day in weeks
        for person in zip(day.customers.seat.tolist(), day.customers.person.tolist(), strict=True)
    )
    counts = np.sort(np.array(list(orders.values())))[::-1]
    assert 0.4 < np.mean(counts == 1) < 0.75
    assert 0.2 < counts[: len(counts) // 10].sum() / counts.sum() < 0.6
    assert counts.var() > 1.5 * counts.mean()


def test_nobody_orders_again_before_the_food_has_come(weeks: list[Choices]) -> None:
    for day in weeks:
        last: dict[int, int] = {}
        for seat, at in zip(day.customers.seat.tolist(), day.created.tolist(), strict=True):
            assert at - last.get(seat, -MICROSECONDS_PER_DAY) >= 45 * MICROSECONDS_PER_MINUTE
            last[seat] = at


def test_people_join_and_leave_and_keep_their_seat_between(
    make_kitchen: Callable[..., Kitchen],
) -> None:
    kitchen = make_kitchen("chicago")
    population = kitchen.population
    person: dict[int, int] = {}
    changed = 0
    for day in (0, 100, 200, 300):
        customers = choose(kitchen, day).customers
        stay = population.stay_days[customers.seat]
        assert np.all(customers.known_days < 0.9 * stay + 1)
        for seat, sits in zip(customers.seat.tolist(), customers.person.tolist(), strict=True):
            assert sits >= person.get(seat, 0)
            changed += sits > person.get(seat, sits)
            person[seat] = sits
    assert changed > 20


def test_customers_live_near_and_many_of_them_in_towers(
    make_kitchen: Callable[..., Kitchen],
) -> None:
    kitchen = make_kitchen("bellevue")
    routes, population = kitchen.addresses.routes, kitchen.population
    location = kitchen.settings.location
    distance = great_circle_m(location.lat, location.lon, routes.latitude, routes.longitude)
    assert np.median(distance[population.address]) < 0.8 * np.median(distance)
    towers = population.unit > 0
    assert 0.1 < towers.mean() < 0.6
    # Of a tower many flats, of a house one door.
    assert len(set(population.address[towers].tolist())) < 0.2 * towers.sum()
    texts = address_texts(
        pa.array(["1 Elm St", "2 Elm St"]), np.array([1, 0, 1]), np.array([0, 1203, 101])
    )
    assert texts.to_pylist() == ["2 Elm St", "1 Elm St, Apt 1203", "2 Elm St, Apt 101"]


def test_who_had_a_brand_yesterday_often_takes_another_today() -> None:
    rng = np.random.default_rng(1)
    hours = MICROSECONDS_PER_DAY // 24
    people = 4000
    seat = np.tile(np.arange(people), 2)
    brand = np.full(2 * people, 3)

    def avoided(gap_hours: int) -> float:
        created = np.repeat([0, gap_hours * hours], people)
        return float(another_brand_today(rng, seat, created, brand, people).mean())

    assert avoided(20) == pytest.approx(0.62, abs=0.04)
    assert avoided(50) == pytest.approx(0.28, abs=0.04)
    assert avoided(80) == 0.0
    other = np.concatenate((brand[:people], np.full(people, 4)))
    created = np.repeat([0, hours], people)
    assert not another_brand_today(rng, seat, created, other, people).any()
    strangers = np.arange(2 * people)
    assert not another_brand_today(rng, strangers, created, brand, people).any()


def test_habit_and_memory_are_seen_in_what_is_ordered(make_kitchen: Callable[..., Kitchen]) -> None:
    kitchen = make_kitchen("bellevue")
    known: dict[int, Choices] = {}
    last: dict[int, tuple[int, int]] = {}
    same: dict[str, list[bool]] = defaultdict(list)
    brands: Counter[int] = Counter()
    for day in range(60):
        placed = place_orders(kitchen, day, known)
        seats = placed.choices.customers.seat.tolist()
        for seat, at, brand in zip(
            seats, placed.choices.created.tolist(), placed.baskets.brand.tolist(), strict=True
        ):
            brands[brand] += 1
            if seat in last:
                gap = at - last[seat][0]
                kind = "soon" if gap < 1.5 * MICROSECONDS_PER_DAY else "later"
                same[kind].append(brand == last[seat][1])
            last[seat] = (at, brand)
    chance = sum((count / brands.total()) ** 2 for count in brands.values())
    assert np.mean(same["later"]) > 1.5 * chance
    assert np.mean(same["soon"]) < 0.8 * np.mean(same["later"])
