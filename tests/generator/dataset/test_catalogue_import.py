"""A business out of somebody else's tables: what they lack is filled, and all of it is said."""

from __future__ import annotations

import csv
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from common import paths
from common.errors import UserError
from common.paths import SEEDS
from generator.__main__ import main
from generator.catalogue.seed_files import load_catalogue
from generator.dataset.business_tables import write_business_tables
from generator.dataset.catalogue_import import import_catalogue
from tests.support.foreign_business import Tables, foreign_tables, write_tables

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from generator.catalogue.records import Catalogue

COPIED = (
    "holidays.csv, conformed_names.csv, vocabulary.csv, complaint_phrases.csv: those of Casper's "
    "Kitchens, to be edited."
)


def test_what_is_missing_is_filled_and_everything_is_said(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    business = import_catalogue(
        write_tables(tmp_path / "theirs", foreign_tables()), tmp_path / "world", catalogue
    )
    assert business.notices == (
        "locations.radius_mi is missing in 2 of 2 rows: filled with miles (4.0).",
        (
            "locations.stations is missing in 2 of 2 rows: filled with as many an order as the "
            "delivered kitchens have (2)."
        ),
        (
            "locations.narrative is missing in 2 of 2 rows: filled with a sentence (Bellevue, "
            "imported from theirs., San Francisco, imported from theirs.)."
        ),
        (
            "brands.cuisine_type is missing in 1 of 3 rows: filled with a word that fits all "
            "(Various)."
        ),
        "brands.avg_prep_time_min is missing in 3 of 3 rows: filled with minutes (10.0).",
        "brand_locations.brand_location_id is missing or not unique: numbered.",
        "brand_locations.trajectory: flat is written steady.",
        "locations: opened_by left out, nothing reads it.",
        COPIED,
    )
    found = load_catalogue(tmp_path / "world")
    assert found == business.catalogue
    assert [row.trajectory for row in found.brand_locations] == [
        *("growing", "steady", "launching", "steady", "declining")
    ]
    assert [row.end_day for row in found.brand_locations] == [None, None, None, None, 60]
    assert [str(item.price) for item in found.items] == ["11.99", "12.50", "4.00", "3.95", "6.49"]
    assert [location.base_orders_day for location in found.locations] == [40, 55]


def test_what_we_write_comes_back_as_it_was(tmp_path: Path, catalogue: Catalogue) -> None:
    write_business_tables(catalogue, tmp_path / "ours")
    business = import_catalogue(tmp_path / "ours", tmp_path / "world", catalogue)
    assert business.notices == (COPIED,)
    # A dataset has no weather: where its business was imported it never rains.
    assert business.catalogue == replace(catalogue, weather={})


def _only(*names: str) -> Callable[[Tables], object]:
    def keep(tables: Tables) -> None:
        for name in set(tables) - set(names):
            del tables[name]
        del tables["items"]["category_id"], tables["items"]["menu_id"]

    return keep


@pytest.mark.parametrize(
    ("change", "notices"),
    [
        (_only("locations", "brands", "items"),
         ["every brand cooks there", "menus is missing: one for each brand", "categories is missi",
          "brand_locations.trajectory is missing in 6 of 6 rows: filled with what days and"]),
        (lambda tables: [tables["locations"].pop(name) for name in
                         ("location_code", "address", "base_orders_day", "growth_rate_daily")],
         ["location_code is missing in 2 of 2 rows: filled with the name (bellevue, san_francisco)",
          "filled with the position", "filled with orders (100)", "filled with no growth (0)"]),
        (lambda tables: (tables["menus"].pop("name"), tables["categories"].pop("brand_id"),
                         tables["items"].pop("menu_id")),
         ["menus.name", "categories.brand_id is missing in 3 of 3", "items.menu_id is missing"]),
        (lambda tables: tables["items"].update(item_id=tables["items"].pop("id")), []),
    ],
)  # fmt: skip
def test_a_business_needs_no_more_than_kitchens_brands_and_items(
    tmp_path: Path,
    catalogue: Catalogue,
    change: Callable[[Tables], object],
    notices: list[str],
) -> None:
    tables = foreign_tables()
    change(tables)
    folder = write_tables(tmp_path / "theirs", tables)
    business = import_catalogue(folder, tmp_path / "world", catalogue)
    assert [item.name for item in business.catalogue.items] == foreign_tables()["items"]["name"]
    said = " ".join(business.notices)
    assert [notice for notice in notices if notice not in said] == [], said


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda tables: tables.pop("items"), "There is no .*items.parquet"),
        (lambda tables: tables["locations"].pop("lat"), "has no column lat"),
        (lambda tables: tables["items"]["brand_id"].__setitem__(4, 9),
         r"not those of one business: items.csv, line 6, column brand_id: there is no 9 in brands"),
        (lambda tables: tables["items"]["price"].__setitem__(0, -1.0), "is a negative price"),
        (lambda tables: tables["locations"]["lat"].__setitem__(0, 95.0), "95 is impossible"),
    ],
)  # fmt: skip
def test_what_cannot_be_one_business_is_named_and_nothing_is_written(
    tmp_path: Path, catalogue: Catalogue, change: Callable[[Tables], object], problem: str
) -> None:
    tables = foreign_tables()
    change(tables)
    folder = write_tables(tmp_path / "theirs", tables)
    with pytest.raises(UserError, match=problem):
        import_catalogue(folder, tmp_path / "world", catalogue)
    assert not (tmp_path / "world").exists()


def test_the_command_makes_a_world_in_the_project_and_says_how_to_use_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(paths, "PROJECT", tmp_path)
    dataset = write_tables(tmp_path / "their data", foreign_tables())
    assert main(["catalogue", "import", str(dataset)]) == 0
    out = capsys.readouterr().out
    assert "locations.radius_mi is missing in 2 of 2 rows" in out
    assert "2 kitchens, 3 brands, 5 items" in out
    assert "export CASPERS_WORLD='worlds/their data' CASPERS_DATA=data/'their data'" in out
    assert f"--canonical '{dataset}'" in out
    with (tmp_path / "worlds" / "their data" / "items.csv").open(encoding="utf-8") as text:
        assert next(csv.reader(text)) == next(csv.reader((SEEDS / "items.csv").open()))
    assert main(["catalogue", "import", str(dataset)]) == 2
    assert "may have been edited since; choose another folder with --out" in capsys.readouterr().err
    assert main(["catalogue", "import", str(dataset), "--out", str(tmp_path / "elsewhere")]) == 2
    assert "--out: " in capsys.readouterr().err
