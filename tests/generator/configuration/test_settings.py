"""What the simulation gets: the seeds, changed by exactly what a configuration says."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, fields, replace
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest
from pydantic import ValidationError

from common.errors import UserError
from common.event_schema import EVENT_TYPE_IDS
from common.paths import PROJECT
from generator.catalogue.seed_files import load_catalogue
from generator.configuration.configuration_file import load_configuration
from generator.configuration.configured_kitchens import (
    apply_configuration,
    days_to_simulate,
    kitchen_settings,
)
from generator.configuration.defaults import DEFAULT_DAYS
from generator.configuration.defaults import DEFAULT_START as START
from generator.configuration.kitchen_configuration import KitchenConfiguration
from generator.configuration.kitchen_settings import Minutes, NullProbability, PositionReports
from generator.dataset.business_tables import write_business_tables
from generator.dataset.simulated_catalogue import simulated_catalogue
from generator.simulation.demand.day_conditions import brand_weight, day_conditions, usual_orders

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from generator.catalogue.records import Catalogue
    from generator.configuration.kitchen_settings import KitchenBrand


def weight(brand: KitchenBrand, day: int) -> float:
    return brand_weight(brand, day, DEFAULT_DAYS)


EXAMPLES = sorted((PROJECT / "generator" / "configuration" / "examples").glob("*.json"))


def test_every_parameter_of_the_contract_is_known() -> None:
    assert set(KitchenConfiguration.model_fields) == {
        "start_days_ago",
        "end_days_ahead",
        "speed_up",
        "orders_day_1",
        "orders_last",
        "noise_pct",
        "svc",
        "driver_arrival",
        "brand_momentum",
        "momentum_rates",
        "dq",
        "gk_location",
        "location_name",
        "radius_mi",
        "stations",
        "driver_mph",
        "batch_rows",
        "batch_seconds",
        "ping_sec",
        "ping_jitter_sec",
        "ping_loss_pct",
        "gps_noise_m",
        "random_seed",
    }
    assert all(field.description for field in KitchenConfiguration.model_fields.values())


def test_without_a_configuration_the_seeds_and_the_usual_distributions_hold(
    catalogue: Catalogue,
) -> None:
    kitchens = kitchen_settings(catalogue)
    assert [kitchen.location for kitchen in kitchens] == list(catalogue.locations)
    for kitchen in kitchens:
        location = kitchen.location
        assert kitchen.radius_mi == location.radius_mi
        assert kitchen.stations == location.stations
        assert kitchen.orders_first_day == location.base_orders_day
        assert kitchen.growth_rate_daily == location.growth_rate_daily
        assert kitchen.noise == 0.1
        service = kitchen.service_times
        assert service.created_to_started == Minutes(2, 1)
        assert service.started_to_finished == Minutes(10, 3)
        assert service.finished_to_ready == Minutes(2, 1)
        assert service.ready_to_picked_up == Minutes(6, 2)
        arrival = kitchen.driver_arrival
        assert (arrival.alpha, arrival.beta, arrival.after_ready) == (3, 3, 0.5)
        assert (kitchen.driver_mph, kitchen.position_reports.seconds) == (25, 60)
        assert kitchen.null_probabilities == ()
        assert kitchen.random_seed is None
        present = catalogue.brands_at(location.location_id)
        assert [brand.brand_id for brand in kitchen.brands] == [row.brand_id for row in present]


def test_an_empty_configuration_changes_nothing(
    catalogue: Catalogue, write_json: Callable[..., Path]
) -> None:
    empty = [load_configuration(write_json(f"{code}.json")) for code in ("sf", "chicago")]
    assert kitchen_settings(catalogue, empty) == kitchen_settings(catalogue)


def test_every_value_of_a_configuration_arrives(
    catalogue: Catalogue, write_json: Callable[..., Path]
) -> None:
    configuration = load_configuration(
        write_json(
            "some.json",
            location_name="san francisco",
            gk_location="37.8,-122.4",
            radius_mi=3.5,
            speed_up=120,
            noise_pct=25,
            svc={"sf": [12.5, 4], "rp": [7, 0]},
            driver_arrival={"after_ready_pct": 0.75},
            driver_mph=18,
            ping_sec=20,
            ping_jitter_sec=3,
            gps_noise_m=12,
            ping_loss_pct=25,
            random_seed=72,
            dq={
                "driver_ping": {"ping_lon": 0.2, "ping_lat": 0.1},
                "order_created": {"customer_addr": 0.3, "customer_lat": 0},
            },
            batch_rows=10,
            batch_seconds=1,
        )
    )
    kitchen = kitchen_settings(catalogue, [configuration], ["sf"])[0]
    assert (kitchen.location.lat, kitchen.location.lon) == (37.8, -122.4)
    assert kitchen.radius_mi == kitchen.location.radius_mi == 3.5
    assert kitchen.speed_up == 120
    assert kitchen.noise == 0.25
    assert kitchen.service_times.created_to_started == Minutes(2, 1)
    assert kitchen.service_times.started_to_finished == Minutes(12.5, 4)
    assert kitchen.service_times.ready_to_picked_up == Minutes(7, 0)
    assert kitchen.driver_arrival.after_ready == 0.75
    assert (kitchen.driver_mph, kitchen.random_seed) == (18, 72)
    assert kitchen.position_reports == PositionReports(20, 3.0, 12.0, 0.25)
    assert kitchen.null_probabilities == (
        NullProbability(1, "customer_addr", 0.3),
        NullProbability(7, "ping_lat", 0.1),
        NullProbability(7, "ping_lon", 0.2),
    )
    untouched = {"stations", "orders_first_day", "growth_rate_daily", "brands", "story_days"}
    usual = kitchen_settings(catalogue, location_codes=["sf"])[0]
    assert all(getattr(kitchen, name) == getattr(usual, name) for name in untouched)


@pytest.mark.parametrize(
    ("keys", "last_day"),
    [({}, 89), ({"start_days_ago": 3, "end_days_ahead": 362}, 364), ({"end_days_ahead": 2}, 1)],
)
def test_orders_grow_from_the_first_configured_day_to_the_last_and_then_stay(
    catalogue: Catalogue,
    write_json: Callable[..., Path],
    keys: dict[str, int],
    last_day: int,
) -> None:
    file = write_json(location_name="chicago", orders_day_1=50, orders_last=1000, **keys)
    kitchen = apply_configuration(catalogue, catalogue.locations[3], load_configuration(file))
    assert usual_orders(kitchen, 0) == 50
    assert usual_orders(kitchen, last_day) == pytest.approx(1000, rel=1e-5)
    assert usual_orders(kitchen, last_day + 500) == usual_orders(kitchen, last_day)
    levels = [usual_orders(kitchen, day) for day in range(last_day + 1)]
    assert levels == sorted(levels)


def test_one_end_of_the_growth_may_be_given_alone(
    catalogue: Catalogue, write_json: Callable[..., Path]
) -> None:
    sf = catalogue.locations[0]
    last = apply_configuration(catalogue, sf, load_configuration(write_json(orders_last=342)))
    assert usual_orders(last, 0) == 171
    assert usual_orders(last, 89) == pytest.approx(342, rel=1e-5)
    first = apply_configuration(catalogue, sf, load_configuration(write_json(orders_day_1=342)))
    assert usual_orders(first, 89) == pytest.approx(2 * 297, rel=0.01)


def test_momentum_replaces_the_growth_of_the_named_brands_only(
    catalogue: Catalogue, write_json: Callable[..., Path]
) -> None:
    file = write_json(
        brand_momentum={"Cinderdisk Pizza": "rocket", "Sproutwick Salads": "down"},
        momentum_rates={"rocket": 1.0, "down": -0.5},
    )
    sf = catalogue.locations[0]
    usual = apply_configuration(catalogue, sf)
    changed = apply_configuration(catalogue, sf, load_configuration(file))
    rates = {brand.brand_id: brand.growth_rate_monthly for brand in changed.brands}
    assert (rates[7], rates[1]) == (1.0, -0.5)
    for before, after in zip(usual.brands, changed.brands, strict=True):
        assert replace(after, growth_rate_monthly=before.growth_rate_monthly) == before
        assert after.brand_id in {1, 7} or after == before


def test_brands_weigh_nothing_while_closed_and_grow_while_open(catalogue: Catalogue) -> None:
    weights = {
        (kitchen.location.location_code, brand.brand_id): brand
        for kitchen in kitchen_settings(catalogue)
        for brand in kitchen.brands
    }
    launching, leaving = weights["sv", 24], weights["chicago", 20]
    assert [weight(launching, day) for day in (0, 44, 45, 75)] == [0, 0, 1, pytest.approx(1.6)]
    assert weight(leaving, 0) == 1
    assert 0 < weight(leaving, 59) < weight(leaving, 30) < 1
    assert weight(leaving, 60) == weight(leaving, 61) == 0


def test_an_address_is_written_on_a_known_kitchen_and_does_not_move_it(
    catalogue: Catalogue, write_json: Callable[..., Path]
) -> None:
    file = write_json(gk_location="9 Tidepine Street, San Francisco")
    moved = apply_configuration(catalogue, catalogue.locations[0], load_configuration(file))
    assert moved.location.address == "9 Tidepine Street, San Francisco"
    assert (moved.location.lat, moved.location.lon) == (37.789, -122.3942)


def test_a_new_kitchen_opens_with_a_position(
    catalogue: Catalogue, write_json: Callable[..., Path], tmp_path: Path
) -> None:
    reno, oslo = (
        load_configuration(write_json("a.json", location_name="Reno 2", gk_location="39.5,-119.8")),
        load_configuration(
            write_json("oslo.json", gk_location=" 59.91 , 10.75 ", orders_day_1=400, radius_mi=2)
        ),
    )
    kitchens = kitchen_settings(catalogue, [reno, oslo])
    assert [kitchen.location.location_code for kitchen in kitchens] == [
        "sf",
        "sv",
        "bellevue",
        "chicago",
        "reno_2",
        "oslo",
    ]
    assert [kitchen.location.location_id for kitchen in kitchens] == [1, 2, 3, 4, 5, 6]
    assert kitchens[:4] == kitchen_settings(catalogue)
    assert (kitchens[5].location.lat, kitchens[5].location.lon) == (59.91, 10.75)
    assert kitchens[5].orders_first_day == 400
    # As many stations per order of its best day as the kitchens of the seeds have together; where
    # a configuration says how many orders there are, as many as nobody waits for.
    best = sum(max(usual_orders(kitchen, 0), usual_orders(kitchen, 89)) for kitchen in kitchens[:4])
    fair = sum(kitchen.stations for kitchen in kitchens[:4]) / best
    assert 100 * fair <= kitchens[4].stations < 100 * fair + 1
    assert 400 * fair + 1 < kitchens[5].stations
    assert [kitchen.location.stations for kitchen in kitchens] == [
        kitchen.stations for kitchen in kitchens
    ]
    assert all(weight(brand, 0) == 1 for brand in kitchens[4].brands)
    assert 24 not in {brand.brand_id for brand in kitchens[4].brands}
    assert kitchen_settings(catalogue, [reno, oslo], ["oslo"]) == [kitchens[5]]

    # What is written beside the events is a consistent business that includes them.
    whole = simulated_catalogue(catalogue, kitchens)
    assert whole.locations[:4] == catalogue.locations
    write_business_tables(whole, tmp_path)
    presence = pq.read_table(tmp_path / "brand_locations.parquet").to_pylist()
    keys = [row["brand_location_id"] for row in presence]
    assert keys == list(range(1, len(catalogue.brand_locations) + 2 * 23 + 1))
    assert {row["location_id"] for row in presence} == {1, 2, 3, 4, 5, 6}


def test_without_changes_the_simulated_business_is_that_of_the_seeds(
    catalogue: Catalogue, write_json: Callable[..., Path]
) -> None:
    assert simulated_catalogue(catalogue, kitchen_settings(catalogue)) == catalogue
    file = write_json(radius_mi=2, orders_day_1=10, brand_momentum={"Cinderdisk Pizza": "up"})
    kitchens = kitchen_settings(catalogue, [load_configuration(file)], ["sf"])
    changed = simulated_catalogue(catalogue, kitchens)
    assert (changed.locations[0].radius_mi, changed.locations[0].base_orders_day) == (2, 10)
    assert changed.locations[1:] == catalogue.locations[1:]
    rows = zip(changed.brand_locations, catalogue.brand_locations, strict=True)
    assert [row.brand_location_id for row, before in rows if row != before] == [7]


def test_the_number_of_days_is_agreed(write_json: Callable[..., Path]) -> None:
    year = load_configuration(write_json("year.json", start_days_ago=3, end_days_ahead=362))
    week = load_configuration(write_json("week.json", end_days_ahead=7))
    silent = load_configuration(write_json("silent.json"))
    assert days_to_simulate([]) == days_to_simulate([silent]) == 90
    assert days_to_simulate([silent, year, year]) == 365
    assert days_to_simulate([year, week], 12) == 12
    with pytest.raises(UserError, match=r"year\.json asks for 365 days and .*week\.json for 7"):
        days_to_simulate([year, week])


def test_settings_are_immutable(catalogue: Catalogue) -> None:
    kitchen = kitchen_settings(catalogue)[0]
    for target in (kitchen, kitchen.location, kitchen.brands[0], kitchen.service_times):
        with pytest.raises(FrozenInstanceError):
            setattr(target, fields(target)[0].name, None)
    with pytest.raises(ValidationError):
        KitchenConfiguration().ping_sec = 5


def test_there_is_one_example_for_each_kitchen(catalogue: Catalogue) -> None:
    assert {file.stem for file in EXAMPLES} == {
        location.location_code for location in catalogue.locations
    }


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.stem)
def test_the_examples_load_and_tell_the_stories_of_the_seeds(
    catalogue: Catalogue, file: Path
) -> None:
    configuration = load_configuration(file)
    assert configuration.days == 90
    changed = kitchen_settings(catalogue, [configuration], [file.stem])[0]
    usual = kitchen_settings(catalogue, location_codes=[file.stem])[0]
    assert changed.location.location_code == file.stem
    assert changed != usual
    for day in (0, 45, 83):
        expected = [
            sum(
                day_conditions(kitchen, START, day + weekday).expected_orders
                for weekday in range(7)
            )
            for kitchen in (changed, usual)
        ]
        assert expected[0] == pytest.approx(expected[1], rel=0.01)
    assert changed.stations == usual.stations
    assert (changed.location.lat, changed.location.lon) == (usual.location.lat, usual.location.lon)


def test_fields_may_be_named_as_they_land(write_json: Callable[..., Path]) -> None:
    landed = {
        "order_created": {"items": 0.1, "customer_lat": 0.2},
        "driver_picked_up": {"route_points": 0.3},
        "driver_ping": {"loc_lat": 0.4, "progress_pct": 0.5},
        "delivered": {"delivered_lon": 0.6},
    }
    columns = {
        "order_created": {"customer_lat": 0.2, "items_json": 0.1},
        "driver_picked_up": {"route_json": 0.3},
        "driver_ping": {"ping_lat": 0.4, "ping_progress": 0.5},
        "delivered": {"customer_lon": 0.6},
    }
    catalogue = load_catalogue(PROJECT / "seeds")
    by_key, by_column = (
        kitchen_settings(catalogue, [load_configuration(write_json(dq=dq))], ["sf"])[0]
        for dq in (landed, columns)
    )
    assert by_key == by_column
    assert NullProbability(1, "items_json", 0.1) in by_key.null_probabilities


def test_shares_of_momentum_are_dealt_to_the_brands(
    catalogue: Catalogue, write_json: Callable[..., Path]
) -> None:
    keys = {
        "brand_momentum": {"improving": 0.1, "flat": 0.2, "declining": 0.7},
        "momentum_rates": {"growth": 0.8, "decline": 0.2},
    }

    def rates(seed: int = 42, **more: object) -> list[float]:
        configuration = load_configuration(write_json(**keys, **more))
        kitchen = kitchen_settings(catalogue, [configuration], ["sf"], seed)[0]
        return [brand.growth_rate_monthly for brand in kitchen.brands]

    dealt = rates()
    brands = len(dealt)
    counts = [dealt.count(rate) for rate in (0.8, 0.0, -0.2)]
    assert counts == [round(0.1 * brands), round(0.3 * brands) - round(0.1 * brands), counts[2]]
    assert sum(counts) == brands
    assert dealt == rates()
    assert dealt != rates(43)
    assert rates(43, random_seed=72) == rates(44, random_seed=72)


def test_event_types_are_numbered_as_in_the_dataset() -> None:
    assert list(EVENT_TYPE_IDS.values()) == list(range(1, 10))


def test_a_kitchen_without_a_name_is_the_one_of_its_file(
    catalogue: Catalogue, write_json: Callable[..., Path]
) -> None:
    configuration = load_configuration(write_json("bellevue.json", ping_sec=5))
    assert [
        kitchen.position_reports.seconds for kitchen in kitchen_settings(catalogue, [configuration])
    ] == [
        60,
        60,
        5,
        60,
    ]


def test_a_catalogue_can_come_from_another_folder(tmp_path: Path, catalogue: Catalogue) -> None:
    for file in (PROJECT / "seeds").glob("*.csv"):
        (tmp_path / file.name).write_bytes(file.read_bytes())
    assert kitchen_settings(load_catalogue(tmp_path)) == kitchen_settings(catalogue)
