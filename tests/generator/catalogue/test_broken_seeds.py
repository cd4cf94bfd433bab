"""Every mistake in the seeds is named with file, line and remedy."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from common.errors import UserError
from generator.catalogue.seed_files import load_catalogue

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

TABLES = ("locations", "brands", "brand_locations", "menus", "categories", "items")


def refusal(seeds: Path) -> str:
    with pytest.raises(UserError) as caught:
        load_catalogue(seeds)
    message = str(caught.value)
    assert "\n" not in message
    return message


@pytest.mark.parametrize(
    ("table", "line", "column", "value", "problem", "remedy"),
    [
        ("locations", 2, "lat", "200", "200 is impossible", "from -90 to 90"),
        ("locations", 3, "lon", "-181", "-181 is impossible", "from -180 to 180"),
        ("locations", 3, "lat", "north", '"north" is not a number', "with a point"),
        ("locations", 3, "lat", "nan", '"nan" is not a number', "from -90 to 90"),
        ("locations", 3, "lon", "", '"" is not a number', "from -180 to 180"),
        ("locations", 4, "radius_mi", "0", "0 is impossible", "greater than 0"),
        ("locations", 4, "radius_mi", "-4", "-4 is impossible", "greater than 0"),
        ("locations", 5, "stations", "0", "0 is impossible", "from 1 to 1,000"),
        ("locations", 5, "stations", "2.5", '"2.5" is not a whole number', "from 1 to 1,000"),
        ("locations", 2, "base_orders_day", "-1", "-1 is impossible", "from 1 to 100,000"),
        ("locations", 2, "growth_rate_daily", "-1", "-1 is impossible", "greater than -1"),
        ("locations", 3, "location_id", "1", "1 is already used on line 2", "its own number"),
        ("locations", 3, "location_code", "sf", '"sf" is already used on line 2', "its own"),
        ("locations", 3, "location_code", "Silicon V", "is not a code", "small letters"),
        ("locations", 3, "name", "san francisco", "already used on line 2", "its own"),
        ("locations", 3, "narrative", " ", "the text is missing", "write one"),
        ("brands", 4, "brand_id", "1", "1 is already used on line 2", "its own number"),
        ("brands", 4, "brand_id", "0", "0 is impossible", "from 1 to"),
        ("brands", 4, "name", "sproutwick salads", "already used on line 2", "its own"),
        ("brands", 6, "avg_prep_time_min", "0", "0 is impossible", "greater than 0"),
        ("brand_locations", 9, "brand_id", "99", "there is no 99 in brands.csv", "add that row"),
        ("brand_locations", 9, "location_id", "9", "no 9 in locations.csv", "add that row"),
        ("brand_locations", 9, "start_day", "-1", "-1 is impossible", "from 0 to"),
        ("brand_locations", 58, "end_day", "0", "not after start_day 0", "leave it empty"),
        ("brand_locations", 31, "end_day", "45", "not after start_day 45", "leave it empty"),
        ("brand_locations", 9, "end_day", "soon", '"soon" is not a whole number', "from 0 to"),
        ("brand_locations", 9, "trajectory", "wild", '"wild" is not known', "one of growing"),
        ("brand_locations", 9, "growth_rate_monthly", "-1", "-1 is impossible", "than -1"),
        ("brand_locations", 3, "brand_id", "1", "already cooks in kitchen 1", "remove one row"),
        ("menus", 7, "brand_id", "77", "there is no 77 in brands.csv", "add that row"),
        ("categories", 8, "menu_id", "77", "there is no 77 in menus.csv", "add that row"),
        ("categories", 8, "brand_id", "77", "there is no 77 in brands.csv", "add that row"),
        ("categories", 8, "brand_id", "3", "3 here, but its menu on line", "make the two agree"),
        ("items", 12, "brand_id", "99", "there is no 99 in brands.csv", "add that row"),
        ("items", 12, "menu_id", "99", "there is no 99 in menus.csv", "add that row"),
        ("items", 12, "category_id", "999", "no 999 in categories.csv", "add that row"),
        ("items", 12, "brand_id", "5", "5 here, but its category on line", "make the two agree"),
        ("items", 12, "menu_id", "5", "5 here, but its category on line", "make the two agree"),
        ("items", 12, "id", "3", "3 is already used on line 4", "its own number"),
        ("items", 12, "id", "x", '"x" is not a whole number', "from 1 to"),
        ("items", 12, "id", "99999999999", "99999999999 is impossible", "from 1 to"),
        ("items", 12, "price", "-4.95", "-4.95 is a negative price", "0.00 or more"),
        ("items", 12, "price", "4.955", '"4.955" is not a price', "for example 12.95"),
        ("items", 12, "price", "$5", '"$5" is not a price', "for example 12.95"),
        ("items", 12, "price", "", '"" is not a price', "for example 12.95"),
        ("items", 12, "name", "", "the text is missing", "write one"),
    ],
)
def test_a_wrong_value_is_named_with_its_place_and_a_remedy(
    *,
    seeds: Path,
    write_value: Callable[[str, int, str, str], None],
    table: str,
    line: int,
    column: str,
    value: str,
    problem: str,
    remedy: str,
) -> None:
    write_value(table, line, column, value)
    message = refusal(seeds)
    assert f"{table}.csv, line {line}, column {column}: " in message
    assert problem in message
    assert remedy in message.split("; ", 1)[1]


@pytest.mark.parametrize(
    ("line", "column", "value", "problem", "remedy"),
    [
        (3, "location_id", "9", "9 is not in locations.csv", "use one of its numbers"),
        (4, "day_number", "7", "7 follows 1", "write day 2 of this kitchen"),
        (3, "high_c", "warm", '"warm" is not a number', "from -80 to 60"),
        (3, "precipitation_mm", "-1", "-1 is impossible", "from 0 to"),
        (3, "precipitation_mm", "0", "0 does not go with its hours", "neither on a dry day"),
        (3, "starts_hour", "25", "25 is impossible", "from 0 to 24"),
        (3, "ends_hour", "3", "3 is not after starts_hour 16", "write a later hour"),
        (3, "ends_hour", "", "does not go with its hours", "give both hours"),
    ],
)
def test_wrong_weather_is_named_with_its_place_and_a_remedy(
    *,
    seeds: Path,
    write_value: Callable[[str, int, str, str], None],
    line: int,
    column: str,
    value: str,
    problem: str,
    remedy: str,
) -> None:
    write_value("weather", line, column, value)
    message = refusal(seeds)
    assert "weather.csv" in message
    assert f"line {line}" in message
    assert problem in message
    assert remedy in message


def test_a_header_alone_is_dry_weather(seeds: Path) -> None:
    weather = seeds / "weather.csv"
    header = weather.read_text().splitlines()[0]
    weather.write_text(header + "\n")
    assert load_catalogue(seeds).weather == {}
    weather.unlink()
    assert f"write its header alone: {header}" in refusal(seeds)


def test_a_menu_given_to_another_brand_is_named_with_both_lines(
    seeds: Path, write_value: Callable[[str, int, str, str], None]
) -> None:
    write_value("menus", 7, "brand_id", "7")
    message = refusal(seeds)
    assert "categories.csv, line 26, column brand_id: 6 here" in message
    assert "its menu on line 7 of menus.csv has 7; make the two agree" in message


@pytest.mark.parametrize("table", TABLES)
def test_a_missing_file_is_named(seeds: Path, table: str) -> None:
    (seeds / f"{table}.csv").unlink()
    assert f"{table}.csv is missing; bring it back" in refusal(seeds)


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    assert "locations.csv is missing" in refusal(tmp_path / "nowhere")


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ("price", "prices", 'line 1: unknown column "prices" (did you mean price?)'),
        ("price", "price,colour", 'line 1: unknown column "colour" (the columns are id, '),
        ("price", "name", "line 1: column name appears twice; remove one"),
        (",price", "", "line 1: column price is missing; add it"),
    ],
)
def test_a_wrong_header_is_named(seeds: Path, old: str, new: str, expected: str) -> None:
    file = seeds / "items.csv"
    file.write_text(file.read_text().replace(old, new, 1))
    assert expected in refusal(seeds)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("219,1,1,1,Soup,of the day,5.95", "line 220: 7 values where the header names 6 columns"),
        ("219,1,1,1,Soup", "line 220: 5 values where the header names 6 columns"),
        ('219,1,1,1,"Soup,5.95', "line 220: not readable as CSV"),
        ('219,1,1,1,"Soup" of the day,5.95', "line 220: not readable as CSV"),
    ],
)
def test_a_line_that_is_not_a_row_is_named(seeds: Path, line: str, expected: str) -> None:
    with (seeds / "items.csv").open("a") as file:
        file.write(line + "\n")
    assert expected in refusal(seeds)


def test_an_empty_file_and_an_empty_table_are_named(seeds: Path) -> None:
    file = seeds / "menus.csv"
    file.write_text("id,brand_id,name\n")
    assert "menus.csv has no rows below its header" in refusal(seeds)
    file.write_text("")
    assert "menus.csv is empty; its first line is id,brand_id,name." in refusal(seeds)


def test_text_of_another_encoding_is_named(seeds: Path) -> None:
    file = seeds / "brands.csv"
    file.write_bytes(file.read_bytes().replace(b"Sproutwick", b"Spro\xfctwick"))
    assert "brands.csv is not UTF-8 text; save it again as UTF-8" in refusal(seeds)


def test_a_folder_in_the_place_of_a_file_is_named(seeds: Path) -> None:
    (seeds / "items.csv").unlink()
    (seeds / "items.csv").mkdir()
    assert "items.csv cannot be read" in refusal(seeds)


def test_a_brand_with_nothing_to_sell_is_named(seeds: Path) -> None:
    with (seeds / "brands.csv").open("a") as file:
        file.write("25,Emptyplate Soups,Soups,6\n")
    message = refusal(seeds)
    assert 'brands.csv, line 26, column brand_id: brand 25 "Emptyplate Soups"' in message
    assert "add items for it to items.csv" in message


@pytest.mark.parametrize(
    ("start_day", "end_day", "empty_day"), [("3", "", 0), ("0", "40", 40), ("0", "200", 200)]
)
def test_a_kitchen_without_a_brand_on_some_day_is_named(
    seeds: Path, start_day: str, end_day: str, empty_day: int
) -> None:
    with (seeds / "locations.csv").open("a") as file:
        file.write("5,reno,Reno,1 Dustfeather Road,39.5,-119.8,4,3,50,0.0,A new one.\n")
    with (seeds / "brand_locations.csv").open("a") as file:
        file.write(f"61,1,5,{start_day},{end_day},steady,0.0\n")
    message = refusal(seeds)
    assert "locations.csv, line 6, column location_id: no brand cooks in kitchen reno" in message
    assert f"on day {empty_day}; give it a brand for that day in brand_locations.csv" in message


def test_a_brand_may_come_back_after_it_left(seeds: Path) -> None:
    with (seeds / "brand_locations.csv").open("a") as file:
        file.write("61,20,4,75,,steady,0.0\n")
    catalogue = load_catalogue(seeds)
    assert [row.start_day for row in catalogue.brands_at(4) if row.brand_id == 20] == [0, 75]


def test_files_saved_by_spreadsheets_are_read(seeds: Path) -> None:
    """A byte order mark, Windows line ends, quotes, another order of rows and columns."""
    whole = load_catalogue(seeds)
    header, *rows = (seeds / "menus.csv").read_text().splitlines()
    swapped = []
    for line in [header, *reversed(rows)]:
        number, brand, name = line.split(",")
        swapped.append(f'"{name}",{brand}, {number}')
    (seeds / "menus.csv").write_bytes(("\ufeff" + "\r\n".join(swapped) + "\r\n\r\n").encode())
    assert load_catalogue(seeds) == whole
