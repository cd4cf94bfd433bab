"""The settings of a world: what a folder leaves out is Casper's, and every mistake is named."""

import json
import pickle
import shutil
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from common.errors import UserError
from common.paths import SEEDS
from generator.catalogue.records import Catalogue
from generator.catalogue.seed_files import load_catalogue
from generator.configuration.configuration_file import load_configuration
from generator.configuration.configured_kitchens import kitchen_settings
from generator.world.demand import SpecialDay
from generator.world.minute_weights import Peak, minute_weights
from generator.world.trade import SETTINGS, load_trade, usual_trade


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """A world with Casper's tables and no settings."""
    folder = tmp_path / "world"
    folder.mkdir()
    for file in SEEDS.glob("*.csv"):
        shutil.copy(file, folder)
    return folder


def write(world: Path, name: str, values: Any) -> None:  # noqa: ANN401  (any JSON)
    (world / name).parent.mkdir(exist_ok=True)
    (world / name).write_text(json.dumps(values), encoding="utf-8")


def seed(name: str) -> dict[str, Any]:
    values: dict[str, Any] = json.loads((SEEDS / name).read_text(encoding="utf-8"))
    return values


def test_a_folder_without_settings_runs_as_the_seeds_do(world: Path) -> None:
    assert load_trade(world) == usual_trade()
    assert load_catalogue(world).trade == usual_trade()
    assert {file.name for file in SEEDS.glob("*.json")} == set(SETTINGS)


def test_a_key_replaces_its_value_whole_and_the_others_stay(world: Path) -> None:
    write(world, "payments.json", {"tax_rates": {"default": 0.2, "sf": 0.0}, "tip_factor": 0})
    payments = load_trade(world).payments
    usual = usual_trade().payments
    assert [payments.of(code).tax_rate for code in ("sf", "chicago")] == [0.0, 0.2]
    assert payments.of("sf").tip_factor == 0
    assert payments.delivery_fee == usual.delivery_fee
    assert load_trade(world).demand == usual_trade().demand


MISTAKES: list[tuple[str, dict[str, Any], str]] = [
    ("demand.json", {"peaks": []}, r"unknown key peaks"),
    ("demand.json", {"off_peak_rates": [1.0] * 24}, r"off_peak_rates: .* is impossible"),
    ("demand.json", {"off_peak_rates": [0] * 25}, r"kitchens\.default: off_peak_rates are 0"),
    ("demand.json", {"weekday_factors": [0] * 7}, r"weekday_factors: all are 0"),
    ("demand.json", {"kitchens": {"sf": {"peaks": {"default": []}}}}, r"kitchens\.default: miss"),
    (
        "demand.json",
        {"kitchens": {"default": {"peaks": {"default": [], "freitag": []}}}},
        r'unknown weekday "freitag"',
    ),
    (
        "demand.json",
        {"kitchens": {"default": {"peaks": {"monday": []}}}},
        r"peaks\.default: missing",
    ),
    (
        "demand.json",
        {"kitchens": {"default": {"peaks": {"default": [
            {"start_hour": 2, "end_hour": 5, "multiplier": 3}]}}}},
        r"the peak from 2 to 5 covers the hour from 3 to 4",
    ),
    (
        "demand.json",
        {"kitchens": {"default": {"peaks": {"default": [
            {"start_hour": 11, "end_hour": 14, "multiplier": 0.1}]}}}},
        r"the peak from 11 to 14 is none",
    ),
    (
        "demand.json",
        {"kitchens": {"default": {"peaks": {"default": [
            {"start_hour": 14, "end_hour": 11, "multiplier": 3}]}}}},
        r"a peak lasts more than 0 and less than 24 hours",
    ),
    ("demand.json", {"special_days": [{"name": "May", "factor": 1, "month": 5}]}, r'"May" falls'),
    (
        "demand.json",
        {"special_days": [{"name": "A", "factor": 1, "easter": 0, "start_hour": 9, "end_hour": 8}]},
        r'"A" ends before it starts',
    ),
    ("preparation.json", {"default": ["cooked"]}, r'default: unknown recipe "cooked"'),
    ("preparation.json", {"items": {"12": "boiled"}}, r'items\.12: unknown recipe "boiled"'),
    ("preparation.json", {"items": {"first": "cold"}}, r"items\.first: name an item by its id"),
    ("preparation.json", {"cuisines": {"Pizza": ["cold"]}}, r"cuisines\.Pizza: .*small letters"),
    (
        "preparation.json",
        {"recipes": {"half": {"workstation": 0.5}}, "cuisines": {}, "default": ["half"]},
        r"recipes\.half: it is nowhere for the rest of its time",
    ),
    ("streets.json", {"traffic": {"sf": {"swing": 1, "level": 1}}}, r"traffic\.default: missing"),
    ("streets.json", {"traffic": {"default": {"swing": 1}}}, r"traffic\.default\.level: missing"),
    ("payments.json", {"tip_factor": "much"}, r'tip_factor: "much" is impossible'),
    (
        "payments.json",
        {"delivery_fee": {"cents": [1, 2], "from_m": [], "bad_weather_cents": 0}},
        r"delivery_fee: 2 cents and 0 from_m",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("name", "values", "problem"), MISTAKES)
def test_mistakes_are_named_with_file_and_key(
    world: Path, name: str, values: dict[str, Any], problem: str
) -> None:
    write(world, name, values)
    with pytest.raises(UserError, match=problem) as refused:
        load_catalogue(world)
    assert str(world / name) in str(refused.value)


def test_shares_of_occasions_have_to_add_up(world: Path) -> None:
    occasions = seed("baskets.json")["occasions"]
    occasions[0]["shares"]["night"] = 0.9
    write(world, "baskets.json", {"occasions": occasions})
    with pytest.raises(UserError, match=r"the shares of night add up to 1\.3; make it 1"):
        load_trade(world)
    occasions[0]["brands"] = [1.0, 0.2, 0.0]
    write(world, "baskets.json", {"occasions": occasions})
    with pytest.raises(UserError, match=r'brands of "alone": the shares add up to 1\.2'):
        load_trade(world)


def test_special_days_move_with_month_and_easter() -> None:
    def falls(on: date, **rule: Any) -> bool:  # noqa: ANN401  (a rule of a special day)
        return SpecialDay(name="it", factor=1.0, **rule).falls_on(on)

    assert falls(date(2024, 8, 26), month=8, weekday="monday", which=-1)
    assert not falls(date(2024, 8, 19), month=8, weekday="monday", which=-1)
    assert falls(date(2024, 4, 1), easter=1)
    assert falls(date(2024, 2, 13), easter=-47)
    assert not falls(date(2025, 2, 13), easter=-47)
    assert falls(date(2024, 2, 29), month=2, day=29)


def test_nobody_orders_where_rates_are_0_even_within_no_peak() -> None:
    rates = [0.0] * 8 + [1.0] * 12 + [0.0] * 5
    weights = minute_weights([Peak(9.0, 11.0, 4.0)], rates)
    assert weights[: 7 * 60].sum() == weights[20 * 60 :].sum() == 0
    assert weights.sum() == pytest.approx(1.0)
    closed_on_sunday = usual_trade().demand.of("sf")
    assert closed_on_sunday.busiest_weekday == 1.35


def test_a_weekday_without_orders_has_none(world: Path, catalogue: Catalogue) -> None:
    write(world, "demand.json", {"weekday_factors": [0, 1, 1, 1, 1, 1, 0]})
    demand = load_trade(world).demand.of("sf")
    assert demand.weekday_factor(date(2024, 1, 7)) == 0
    assert demand.weekday_factor(date(2024, 1, 2), of_a_monday=True) == pytest.approx(7 / 5)
    assert demand.busiest_weekday == pytest.approx(7 / 5)
    assert catalogue.trade.demand.of("sf").weekday_factor(date(2024, 1, 7)) > 0


def test_what_a_kitchen_uses_can_be_sent_to_another_process(world: Path) -> None:
    trade = load_trade(world).of("sv")
    sent = pickle.loads(pickle.dumps(trade))  # noqa: S301  (our own)
    assert sent == trade
    np.testing.assert_array_equal(sent.demand.week_weights, trade.demand.week_weights)


def test_kitchens_work_as_their_files_say_and_a_configuration_goes_first(
    world: Path, tmp_path: Path
) -> None:
    write(world, "kitchens/default.json", {"svc": {"cs": [6, 3], "sf": [7, 2]}, "driver_mph": 18})
    write(world, "kitchens/sf.json", {"svc": {"cs": [5, 1]}, "noise_pct": 0})
    write(tmp_path, "chicago.json", {"svc": {"fr": [9, 1]}, "stations": 3})
    configuration = load_configuration(tmp_path / "chicago.json")
    settings = kitchen_settings(load_catalogue(world), [configuration])
    sf, sv, _, chicago = settings
    assert [each.driver_mph for each in settings] == [18] * 4
    steps = ("created_to_started", "started_to_finished", "finished_to_ready")
    means = [[getattr(each.service_times, step).mean for step in steps] for each in settings]
    assert means == [[5, 7, 2], [6, 7, 2], [6, 7, 2], [6, 7, 9]]
    assert (sf.noise, sv.noise) == (0, 0.1)
    assert chicago.stations == 3


@pytest.mark.parametrize(
    ("name", "values", "problem"),
    [
        ("kitchens/paris.json", {}, r"paris\.json: there is no kitchen paris"),
        ("kitchens/sf.json", {"stations": 4}, r"sf\.json: stations does not belong here"),
        ("kitchens/sf.json", {"svc": {"xx": [1, 1]}}, r"sf\.json: unknown key svc\.xx"),
        ("kitchens/sf.json", {"driver_mph": -1}, r"sf\.json: driver_mph: -1.* is impossible"),
    ],
)  # fmt: skip
def test_files_of_kitchens_are_checked(
    world: Path, name: str, values: dict[str, Any], problem: str
) -> None:
    write(world, name, values)
    with pytest.raises(UserError, match=problem):
        kitchen_settings(load_catalogue(world), location_codes=["chicago"])


def test_an_item_may_have_a_recipe_of_its_own(world: Path) -> None:
    write(world, "preparation.json", {"items": {"1": "baked"}})
    preparation = load_trade(world).preparation
    assert preparation.recipe_of("Salads", 1).then == "oven"
    assert preparation.recipe_of("Salads", 2).then is None
