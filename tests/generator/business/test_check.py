"""``world check``: everything that is wrong is named, with file and row, and nothing else is."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from common.errors import UserError
from common.paths import PROJECT, SEEDS
from generator.__main__ import main
from generator.business.check import check_world
from generator.catalogue.seed_files import load_catalogue

SHIPPED = (SEEDS, *(PROJECT / "worlds" / name for name in ("london-amsterdam", "pharmacy")))
MODEL = PROJECT / "worlds" / "london-amsterdam"


@pytest.fixture
def world(tmp_path: Path) -> Path:
    shutil.copytree(MODEL, tmp_path / "world")
    return tmp_path / "world"


def _line(world: Path, file: str, number: int, old: str, new: str) -> None:
    """Change something on a line of a file, the header being line 1."""
    lines = (world / file).read_text(encoding="utf-8").split("\n")
    assert re.search(old, lines[number - 1])
    lines[number - 1] = re.sub(old, new, lines[number - 1], count=1)
    (world / file).write_text("\n".join(lines), encoding="utf-8")


def _remove_line(world: Path, file: str, number: int) -> None:
    lines = (world / file).read_text(encoding="utf-8").split("\n")
    del lines[number - 1]
    (world / file).write_text("\n".join(lines), encoding="utf-8")


def _settings(world: Path, file: str, **changed: object) -> None:
    path = world / file
    values = json.loads(path.read_bytes()) if path.exists() else {}
    path.write_text(json.dumps(values | changed))


USUAL = {"swing": 1, "level": 1}
Break = tuple[Callable[[Path], None], str]

BREAKS: dict[str, Break] = {
    "value": (
        lambda world: _line(world, "items.csv", 5, r"\d+\.\d\d$", "1.005"),
        r"items\.csv, line 5, column price",
    ),
    "two values of a row": (
        lambda world: _line(world, "locations.csv", 3, r",52\.\d+,4\.\d+", ",95,200"),
        r"locations\.csv, line 3, column lat.*locations\.csv, line 3, column lon",
    ),
    "key": (
        lambda world: _line(world, "items.csv", 9, r"^\d+", "1"),
        r"items\.csv, line 9, column id: 1 is already used on line 2",
    ),
    "comma": (
        lambda world: _line(world, "categories.csv", 4, "$", ",more"),
        r"categories\.csv, line 4: 5 values where",
    ),
    "weather gap": (
        lambda world: _remove_line(world, "weather.csv", 9),
        r"weather\.csv, line 9, column day_number: 8 follows 6",
    ),
    "weather hours": (
        lambda world: _line(world, "weather.csv", 3, r"[\d.]+,\d*,\d*$", "0.0,3,4"),
        r"weather\.csv, line 3, column precipitation_mm",
    ),
    "recipe": (
        lambda world: _settings(world, "preparation.json", default=["fired"]),
        r'preparation\.json: default: unknown recipe "fired" \(did you mean fried\?\)',
    ),
    "item of a recipe": (
        lambda world: _settings(world, "preparation.json", items={"9999": "fried"}),
        r"preparation\.json: items\.9999: there is no item 9999",
    ),
    "kitchen of a setting": (
        lambda world: _settings(
            world, "streets.json", traffic=dict.fromkeys(("default", "londn"), USUAL)
        ),
        r"streets\.json: traffic\.londn",
    ),
    "two keys": (
        lambda world: _settings(world, "baskets.json", occassions=[], more=1),
        r"baskets\.json: unknown key occassions.*baskets\.json: unknown key more",
    ),
    "kitchen file": (
        lambda world: (world / "kitchens" / "paris.json").write_text("{}"),
        r"kitchens/paris\.json: there is no kitchen paris",
    ),
    "key of a kitchen file": (
        lambda world: _settings(world, "kitchens/amsterdam.json", radius_mi=3),
        r"kitchens/amsterdam\.json: radius_mi does not belong here",
    ),
    "file": (
        lambda world: (world / "demmand.json").write_text("{}"),
        r"demmand\.json: a world has no such file \(did you mean demand\.json\?\)",
    ),
    "table": (
        lambda world: (world / "menu.csv").write_text("a\n1\n"),
        r"menu\.csv: a world has no such file .*dbt would load it",
    ),
    "word": (
        lambda world: _line(world, "vocabulary.csv", 6, r",.*", ","),
        r"vocabulary\.csv, line 6: \w+ has no word",
    ),
    "phrase": (
        lambda world: _line(world, "complaint_phrases.csv", 5, r"$", " {nothing}"),
        r"complaint_phrases\.csv, line 5, column phrase: \{nothing\} is not known",
    ),
    "common name": (
        lambda world: _line(world, "conformed_names.csv", 2, "category|cuisine", "dish"),
        r'conformed_names\.csv, line 2, column kind: "dish" is none',
    ),
    "holiday": (
        lambda world: _line(world, "holidays.csv", 2, r"^\d+", "17"),
        r"holidays\.csv, line 2, column holiday",
    ),
    "json": (
        lambda world: (world / "demand.json").write_text("{"),
        r"demand\.json, line 1: not JSON",
    ),
    "lost table": (lambda world: (world / "menus.csv").unlink(), r"menus\.csv is missing"),
}
SEVERAL = {"two values of a row": 2, "two keys": 2}


@pytest.mark.parametrize("folder", SHIPPED, ids=lambda folder: folder.name)
def test_shipped_worlds_are_fine(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["world", "check", str(folder)]) == 0
    assert "nothing is wrong" in capsys.readouterr().out


@pytest.mark.parametrize("name", BREAKS)
def test_what_is_wrong_is_named_once(
    world: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    make, said = BREAKS[name]
    make(world)
    assert main(["world", "check", str(world)]) == 2
    errors = capsys.readouterr().err
    assert re.search(said, errors, re.DOTALL), errors
    count = SEVERAL.get(name, 1)
    assert len(errors.splitlines()) == count + 1, errors
    assert errors.endswith(f"world: {count} problem{'s' if count > 1 else ''}.\n")


def test_everything_is_named_at_once(world: Path) -> None:
    together = [name for name in BREAKS if name not in ("json", "lost table", "holiday")]
    for name in together:
        BREAKS[name][0](world)
    found = check_world(world).problems
    for name in together:
        assert re.search(BREAKS[name][1], "\n".join(found), re.DOTALL), name
    assert len(found) == len(together) + sum(SEVERAL.values()) - len(SEVERAL)


def test_references_that_lead_nowhere_are_all_named(world: Path) -> None:
    _remove_line(world, "menus.csv", 2)
    found = check_world(world).problems
    rows = load_catalogue(MODEL)
    gone = rows.menus[0].id
    expected = sum(row.menu_id == gone for row in (*rows.categories, *rows.items))
    assert len(found) == expected > 10
    assert all(f"there is no {gone} in menus.csv" in problem for problem in found)


def test_a_brand_without_anything_to_sell_and_a_kitchen_without_brands_are_named(
    world: Path,
) -> None:
    items = (world / "items.csv").read_text().splitlines()
    (world / "items.csv").write_text(
        "\n".join(line for line in items if line.split(",")[3] != "2") + "\n"
    )
    places = (world / "brand_locations.csv").read_text().splitlines()
    (world / "brand_locations.csv").write_text(
        "\n".join(line for line in places if line.split(",")[2] != "1") + "\n"
    )
    first, second = check_world(world).problems
    assert "has nothing to sell" in first
    assert "no brand cooks in kitchen london on day 0" in second


def test_what_is_loaded_for_a_run_stops_at_the_first(world: Path) -> None:
    for name in ("value", "recipe"):
        BREAKS[name][0](world)
    with pytest.raises(UserError, match="line 5, column price"):
        load_catalogue(world)


def test_no_folder_is_no_world(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["world", "check", str(tmp_path / "nowhere")]) == 2
    assert "is no folder" in capsys.readouterr().err
