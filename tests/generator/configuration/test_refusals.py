"""Unknown keys and impossible values are refused by name, with what is allowed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from common.errors import UserError
from generator.configuration.configuration_file import load_configuration
from generator.configuration.configured_kitchens import kitchen_settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from generator.catalogue.records import Catalogue


def refusal(file: Path) -> str:
    with pytest.raises(UserError) as caught:
        load_configuration(file)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("keys", "expected"),
    [
        ({"ping_secs": 60}, "unknown key ping_secs (did you mean ping_sec?)"),
        ({"radius": 4}, "unknown key radius (did you mean radius_mi?)"),
        ({"cooks": 4}, "unknown key cooks (known are start_days_ago, end_days_ahead,"),
        ({"stations": 0}, "stations: 0 is impossible; it should be greater than or equal to 1"),
        ({"stations": 2.5}, "stations: 2.5 is impossible; it should be a whole number"),
        ({"svc": {"cz": [2, 1]}}, "unknown key svc.cz (known are cs, sf, fr, rp)"),
        ({"driver_arrival": {"alfa": 3}}, "unknown key driver_arrival.alfa (did you mean alpha?)"),
        ({"ping_sec": 0}, "ping_sec: 0 is impossible; it should be greater than or equal to 1"),
        ({"ping_sec": 1.5}, "ping_sec: 1.5 is impossible; it should be a whole number"),
        ({"ping_sec": "60"}, 'ping_sec: "60" is impossible; it should be a whole number'),
        ({"ping_sec": True}, "ping_sec: true is impossible"),
        ({"radius_mi": 0}, "radius_mi: 0 is impossible; it should be greater than 0"),
        ({"radius_mi": 4000}, "radius_mi: 4000 is impossible; it should be less than or equal to"),
        ({"driver_mph": -25}, "driver_mph: -25 is impossible; it should be greater than 0"),
        ({"orders_day_1": 0}, "orders_day_1: 0 is impossible; it should be greater than 0"),
        ({"orders_last": -3}, "orders_last: -3 is impossible; it should be greater than 0"),
        ({"noise_pct": 100}, "noise_pct: 100 is impossible; it should be less than 100"),
        ({"noise_pct": -1}, "noise_pct: -1 is impossible; it should be greater than or equal to 0"),
        ({"start_days_ago": -1}, "start_days_ago: -1 is impossible"),
        ({"start_days_ago": 0, "end_days_ahead": 0}, "together give 0 days"),
        ({"end_days_ahead": 1, "orders_last": 9}, "orders_last needs at least two days"),
        ({"speed_up": 0}, "speed_up: 0 is impossible; it should be greater than 0"),
        ({"batch_rows": 0}, "batch_rows: 0 is impossible"),
        ({"batch_seconds": 0}, "batch_seconds: 0 is impossible"),
        ({"random_seed": -1}, "random_seed: -1 is impossible"),
        ({"random_seed": 1.5}, "random_seed: 1.5 is impossible; it should be a whole number"),
        ({"svc": {"sf": [10]}}, "svc.sf[1]: missing; give one more value"),
        ({"svc": {"sf": [10, -3]}}, "svc.sf[1]: -3 is impossible"),
        ({"svc": {"sf": 10}}, "svc.sf: 10 is impossible; it should be a list, for example [10, 3]"),
        ({"svc": {"sf": [1, 2, 3]}}, "svc.sf: [1, 2, 3] is impossible; it should be two numbers"),
        ({"svc": [[2, 1]]}, "svc: [[2, 1]] is impossible; it should be an object"),
        ({"driver_arrival": {"alpha": 0}}, "driver_arrival.alpha: 0 is impossible"),
        (
            {"driver_arrival": {"after_ready_pct": 50}},
            "driver_arrival.after_ready_pct: 50 is impossible; it should be less than or equal",
        ),
        (
            {"brand_momentum": {"Cinderdisk Pizza": "upp"}},
            (
                'brand_momentum: "upp" of "Cinderdisk Pizza" is not a word of momentum_rates '
                "(did you mean up?)"
            ),
        ),
        (
            {"brand_momentum": {"improving": 0.1, "flat": 0.2, "declining": 0.6}},
            "brand_momentum: the shares add up to 0.9; make it 1",
        ),
        (
            {"brand_momentum": {"improving": 0.1, "falling": 0.9}},
            (
                'brand_momentum: unknown share "falling" (known are improving, flat, declining); '
                "give shares of improving, flat and declining brands, or a word for each brand"
            ),
        ),
        (
            {"brand_momentum": {"improving": 1.5, "flat": -0.5}},
            "brand_momentum.improving: 1.5 is impossible; a share is a number from 0 to 1",
        ),
        (
            {"brand_momentum": {"Cinderdisk Pizza": None}},
            "brand_momentum.Cinderdisk Pizza: null is impossible; it should be a word of",
        ),
        (
            {"brand_momentum": {"improving": True}},
            "brand_momentum.improving: true is impossible; it should be a word of momentum_rates",
        ),
        (
            {"brand_momentum": {"improving": 1, "flat": "up"}},
            'brand_momentum.flat: "up" is impossible; a share is a number from 0 to 1',
        ),
        (
            {"brand_momentum": {"declining": 1}, "momentum_rates": {"growth": 0.8}},
            "momentum_rates: decline is missing, which the shares of brand_momentum need",
        ),
        (
            {"brand_momentum": {"flat": 1}, "momentum_rates": {"growth": 0.8, "decline": 1}},
            (
                "momentum_rates.decline: 1 is impossible; write how much is won or lost, as a "
                "number from 0 to below 1"
            ),
        ),
        (
            {"dq": {"order_created": {"items": 0.1, "items_json": 0.2}}},
            "dq: items and items_json of order_created are the same field; keep one of them",
        ),
        ({"dq": {"driver_ping": {"lat": 0.1}}}, 'dq: unknown field "lat" of driver_ping'),
        ({"momentum_rates": {"up": -1}}, "momentum_rates.up: -1 is impossible"),
        ({"dq": {"delivery": {}}}, 'dq: unknown event type "delivery" (did you mean delivered?)'),
        ({"dq": {"gk_ready": {"ts": 0.1}}}, "dq: gk_ready has no field that could be missing"),
        (
            {"dq": {"driver_ping": {"pinglat": 0.1}}},
            'dq: unknown field "pinglat" of driver_ping (did you mean ping_lat?)',
        ),
        (
            {"dq": {"driver_ping": {"ping_lat": 5}}},
            "dq.driver_ping.ping_lat: 5 is impossible; it should be less than or equal to 1",
        ),
        ({"gk_location": ""}, 'gk_location: "" is impossible; it should not be empty'),
        (
            {"location_name": None, "gk_location": 7},
            "gk_location: 7 is impossible; it should be a text",
        ),
    ],
)
def test_a_wrong_key_or_value_is_named(
    write_json: Callable[..., Path], keys: dict[str, Any], expected: str
) -> None:
    message = refusal(write_json("kitchen.json", **keys))
    assert "kitchen.json: " in message
    assert expected in message


def test_every_mistake_of_a_file_is_named_at_once(write_json: Callable[..., Path]) -> None:
    message = refusal(write_json(ping_secs=60, radius_mi=0, noise_pct="much"))
    assert "ping_secs" in message
    assert "radius_mi: 0" in message
    assert 'noise_pct: "much"' in message


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{\n "ping_sec": 60,\n}', "line 3: not JSON"),
        ("", "line 1: not JSON"),
        ("[]", "is not a JSON object"),
        ('{"ping_sec": 60, "ping_sec": 30}', "key ping_sec appears twice; keep one of them"),
        ('{"svc": {"cs": [2, 1], "cs": [3, 1]}}', "key cs appears twice"),
        ('{"radius_mi": NaN}', "radius_mi"),
        ('{"radius_mi": Infinity}', "radius_mi"),
        ("[" * 100_000, "write it again"),
        ('{"ping_sec": ' + "9" * 5000 + "}", "write it again"),
    ],
)
def test_text_that_is_not_a_configuration_is_named(
    write_json: Callable[..., Path], text: str, expected: str
) -> None:
    message = refusal(write_json("odd.json", text=text))
    assert "odd.json" in message
    assert expected in message


def test_files_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    assert "nowhere.json is missing" in refusal(tmp_path / "nowhere.json")
    assert "cannot be read" in refusal(tmp_path)
    latin = tmp_path / "latin.json"
    latin.write_bytes('{"location_name": "Zürich"}'.encode("latin-1"))
    assert "latin.json is not UTF-8 text" in refusal(latin)


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        (
            [{"location_name": "sf"}, {"location_name": "San Francisco"}],
            "0.json are both about kitchen sf; give only one of them",
        ),
        (
            [{"location_name": "sf", "brand_momentum": {"Cinderdisk Pizze": "up"}}],
            '"Cinderdisk Pizze" is no brand in kitchen sf (did you mean Cinderdisk Pizza?)',
        ),
        (
            [{"location_name": "sf", "brand_momentum": {"Moonfryer Late Snacks": "up"}}],
            '"Moonfryer Late Snacks" does not cook in kitchen sf',
        ),
        (
            [{"location_name": "chicgo"}],
            '"chicgo" is no kitchen of the seeds (sf, sv, bellevue, chicago) and it has no gk_loc',
        ),
        (
            [{"location_name": "Reno", "gk_location": "12 Dustfeather Road"}],
            (
                'the address "12 Dustfeather Road" cannot be looked up without a network; name one '
                'of those, or open a new kitchen with gk_location "lat,lon"'
            ),
        ),
        (
            [{"location_name": "Reno", "gk_location": "139.5,-119.8"}],
            '0.json: gk_location: "139.5,-119.8" is not on the globe',
        ),
        ([{"location_name": "sf", "gk_location": "37.7,-222.4"}], "is not on the globe"),
        ([{"location_name": "42", "gk_location": "39.5,-119.8"}], "begin it with a letter"),
    ],
)
def test_what_contradicts_the_catalogue_is_named(
    catalogue: Catalogue,
    write_json: Callable[..., Path],
    files: Sequence[dict[str, Any]],
    expected: str,
) -> None:
    configurations = [
        load_configuration(write_json(f"{number}.json", **keys))
        for number, keys in enumerate(files)
    ]
    with pytest.raises(UserError) as caught:
        kitchen_settings(catalogue, configurations)
    assert expected in str(caught.value)


@pytest.mark.parametrize(
    ("codes", "expected"),
    [
        (["sf", "chicagoo"], '--locations: there is no kitchen "chicagoo" (did you mean chicago?)'),
        (["atlantis"], "(known are sf, sv, bellevue, chicago)"),
        ([], "--locations names no kitchen"),
    ],
)
def test_an_unknown_kitchen_on_the_command_line_is_named(
    catalogue: Catalogue, codes: list[str], expected: str
) -> None:
    with pytest.raises(UserError) as caught:
        kitchen_settings(catalogue, location_codes=codes)
    assert expected in str(caught.value)
