"""Worlds out of JSON templates and into them: nothing is lost silently, nothing is written over."""

import json
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from common import paths
from common.paths import PROJECT, SEEDS
from generator.__main__ import main
from generator.business.check import check_world
from generator.business.to_templates import export_templates
from generator.catalogue.records import TABLES
from generator.catalogue.seed_files import load_catalogue
from generator.dataset.canonical import make_dataset
from generator.dataset.plan import DatasetPlan, plan_dataset

SHIPPED = (SEEDS, *(PROJECT / "worlds" / name for name in ("london-amsterdam", "pharmacy")))

LONDON: dict[str, Any] = {
    "uuid": "5b0c8e5e-0001",
    "name": "London",
    "location": {"latitude": 51.5145, "longitude": -0.0757},
    "timezone": "Europe/London",
    "kitchens": [
        {
            "uuid": "5b0c8e5e-0002",
            "name": "Aldgate",
            "address": {"street": "3 Tallow Row", "city": "London"},
            "stations": [
                *({"id": number, "type": "workstation"} for number in range(12)),
                *({"id": number, "type": "Oven"} for number in range(12, 18)),
                *({"id": number, "type": "stove"} for number in range(18, 26)),
            ],
        },
        {
            "uuid": "5b0c8e5e-0003",
            "name": "Bow",
            "lat": 51.5273,
            "lng": -0.0247,
            "stations": {"workstation": 3, "oven": 1, "stove": 1},
            "brands": ["Cactus Tacos"],
            "orders_a_day": 45,
        },
    ],
}
AMSTERDAM = {"name": "Amsterdam", "coordinates": [52.3637, 4.9171]}
MEXICAN = {
    "id": "mexican",
    "name": "Cactus Tacos",
    "cuisine": "Mexican",
    "menus": [
        {
            "name": "Tacos and more",
            "items": [
                {
                    "id": "taco",
                    "name": "Taco",
                    "price": 4.5,
                    "category": "Tacos",
                    "recipe": {
                        "ingredients": [{"ingredient": "tortilla", "quantity": 1}],
                        "steps": [
                            {"station": "workstation", "seconds": 60},
                            {"station": "stove", "minutes": 3},
                        ],
                    },
                },
                {
                    "id": "salsa",
                    "name": "Salsa",
                    "price_cents": 250,
                    "recipe": [{"station_type": "Workstation", "duration": 120}],
                },
            ],
        }
    ],
}
BURGERS = {
    "id": "burgers",
    "name": "Gas Burger",
    "items": [
        {
            "name": "Burger",
            "price": "9.95",
            "steps": [
                {"type": "oven", "seconds": 100},
                {"type": "stove", "seconds": 200},
                {"type": "workstation", "seconds": 100},
            ],
        },
        {"name": "Fries", "price": 3},
    ],
}


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project of the test's own: its worlds are made there."""
    monkeypatch.setattr(paths, "PROJECT", tmp_path / "project")
    return tmp_path / "project"


@pytest.fixture
def templates(tmp_path: Path) -> Path:
    folder = tmp_path / "templates"
    (folder / "sites").mkdir(parents=True)
    (folder / "brands").mkdir()
    for file, content in {
        "sites/london.json": LONDON,
        "sites/amsterdam.json": AMSTERDAM,
        "brands/mexican.json": MEXICAN,
        "brands/fast_food.json": BURGERS,
        "ingredients.json": {"ingredients": [{"id": "tortilla", "name": "Tortilla"}]},
    }.items():
        (folder / file).write_text(json.dumps(content))
    return folder


def _change(templates: Path, file: str, **changed: object) -> None:
    path = templates / file
    path.write_text(json.dumps(json.loads(path.read_bytes()) | changed))


@pytest.mark.parametrize("world", SHIPPED, ids=lambda folder: folder.name)
def test_a_world_comes_back_from_its_templates(
    world: Path, tmp_path: Path, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "templates"
    assert main(["world", "export", str(world), "--out", str(out)]) == 0
    told = capsys.readouterr().out
    assert main(["world", "import", str(out), "--out", "worlds/again"]) == 0
    again, before = load_catalogue(project / "worlds" / "again"), load_catalogue(world)
    kitchens = before.trade.kitchens
    assert {name: file.values for name, file in again.trade.kitchens.items()} == {
        name: file.values for name, file in kitchens.items()
    }
    assert replace(again, trade=replace(again.trade, kitchens=kitchens)) == before
    # What the command names is what the templates themselves have no place for.
    own = {file.name for file in world.rglob("*.*")}
    tables = {f"{name}.csv" for name in TABLES}
    assert all(name in told for name in own - tables)
    assert not any(name in told for name in tables)
    imported = project / "worlds" / "again"
    assert {file.name for file in imported.rglob("*.*")} == own
    for name in own - tables:
        (copy,), (original,) = imported.rglob(name), world.rglob(name)
        assert copy.read_bytes() == original.read_bytes()


def test_recipes_come_back_from_the_steps_alone(tmp_path: Path, project: Path) -> None:
    world = PROJECT / "worlds" / "london-amsterdam"
    out = tmp_path / "templates"
    export_templates(world, out)
    (out / "world" / "preparation.json").unlink()
    assert main(["world", "import", str(out), "--out", "worlds/again"]) == 0
    before, again = load_catalogue(world), load_catalogue(project / "worlds" / "again")
    for brand in before.brands:
        for item in before.items_of(brand.brand_id):
            one = before.trade.preparation.recipe_of(brand.cuisine_type, item.id)
            other = again.trade.preparation.recipe_of(brand.cuisine_type, item.id)
            assert one == other


def test_templates_of_another_engine_become_a_world(
    templates: Path, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["world", "import", str(templates), "--out", "worlds/theirs"]) == 0
    said = capsys.readouterr().out
    world = project / "worlds" / "theirs"
    assert check_world(world).problems == ()
    found = load_catalogue(world)
    amsterdam, aldgate, bow = found.locations
    assert [place.name for place in found.locations] == ["Amsterdam", "Aldgate", "Bow"]
    assert [place.location_code for place in found.locations] == ["amsterdam", "aldgate", "bow"]
    assert (amsterdam.lat, amsterdam.lon) == (52.3637, 4.9171)
    assert (aldgate.lat, aldgate.lon, aldgate.address) == (51.5145, -0.0757, "3 Tallow Row London")
    assert (bow.lat, bow.lon, bow.base_orders_day) == (51.5273, -0.0247, 45)
    assert aldgate.stations > bow.stations == 1
    burgers, tacos = found.brands
    assert [brand.name for brand in found.brands] == ["Gas Burger", "Cactus Tacos"]
    assert (tacos.cuisine_type, tacos.avg_prep_time_min) == ("Mexican", 3.0)
    assert [row.brand_id for row in found.brands_at(bow.location_id)] == [tacos.brand_id]
    assert len(found.brands_at(aldgate.location_id)) == len(found.brands_at(1)) == 2
    assert {item.name: item.price for item in found.items} == {
        "Burger": Decimal("9.95"),
        "Fries": Decimal("3.00"),
        "Taco": Decimal("4.50"),
        "Salsa": Decimal("2.50"),
    }
    made = {
        item.name: found.trade.preparation.recipe_of(brand.cuisine_type, item.id)
        for brand in found.brands
        for item in found.items_of(brand.brand_id)
    }
    assert (made["Taco"].workstation, made["Taco"].then) == (0.25, "stove")
    assert made["Salsa"].workstation == 1
    assert (made["Burger"].workstation, made["Burger"].then) == (0.25, "stove")
    names = {row.id: row.name for row in found.categories}
    assert {item.name: names[item.category_id] for item in found.items} == {
        "Burger": "Menu",
        "Fries": "Menu",
        "Taco": "Tacos",
        "Salsa": "Menu",
    }
    assert burgers.cuisine_type == "Various"
    for notice in (
        "12 workstation are enough for",
        "Burger is in an oven and on a stove",
        "1 of 4 items have no steps",
        "sites: timezone left out",
        "1 ingredients of ingredients.json, and what 1 recipes take of them, left out",
        "locations.base_orders_day is missing in 2 of 3 rows",
        "brand_locations has no brand for kitchens Aldgate, Amsterdam: every brand cooks there.",
    ):
        assert notice in said, notice


@pytest.mark.usefixtures("straight_roads")
def test_a_world_of_templates_generates(
    templates: Path, project: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(["world", "import", str(templates), "--out", "worlds/theirs"]) == 0
    assert project.exists()
    monkeypatch.setenv("CASPERS_WORLD", "worlds/theirs")
    plan: DatasetPlan = plan_dataset(days=1)
    summary = make_dataset(plan, tmp_path / "dataset")
    assert [kitchen.location_code for kitchen in summary.kitchens] == [
        "amsterdam",
        "aldgate",
        "bow",
    ]
    assert all(kitchen.orders > 10 for kitchen in summary.kitchens)


def test_everything_that_cannot_be_used_is_named_and_nothing_is_written(
    templates: Path, project: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _change(templates, "sites/amsterdam.json", coordinates=None, brands=["Cactus Taco", "burgers"])
    _change(
        templates,
        "sites/london.json",
        kitchens=[{"lat": 99, "stations": [{"type": "grill"}, {"type": "oven", "count": -1}]}],
    )
    _change(templates, "brands/mexican.json", items=[{"name": "Free"}])
    (templates / "ingredients.json").write_text("[1,")
    assert main(["world", "import", str(templates), "--out", "worlds/theirs"]) == 2
    errors = capsys.readouterr().err
    for problem in (
        "amsterdam.json: Amsterdam has no position",
        "london.json: kitchens[0].lat",
        "london.json: kitchens[0].stations[0].type",
        "london.json: kitchens[0].stations[1].count",
        "mexican.json: items[0]: it has no price",
        "ingredients.json, line 1: not JSON",
    ):
        assert problem in errors, errors
    assert not (project / "worlds").exists()


def test_a_brand_that_nobody_knows_is_refused(
    templates: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _change(templates, "sites/amsterdam.json", brands=["Cactus Taco"])
    assert main(["world", "import", str(templates), "--out", "worlds/theirs"]) == 2
    assert "did you mean Cactus Tacos?" in capsys.readouterr().err


def test_what_is_there_is_not_written_over(
    templates: Path, project: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (project / "worlds" / "theirs").mkdir(parents=True)
    (project / "worlds" / "theirs" / "mine").touch()
    assert main(["world", "import", str(templates), "--out", "worlds/theirs"]) == 2
    assert "exists already" in capsys.readouterr().err
    assert [file.name for file in (project / "worlds" / "theirs").iterdir()] == ["mine"]
    assert main(["world", "export", str(SEEDS), "--out", str(templates)]) == 2
    assert "holds something already" in capsys.readouterr().err
    assert main(["world", "import", str(tmp_path / "nowhere"), "--out", "worlds/other"]) == 2
    assert "is no folder" in capsys.readouterr().err
    assert main(["world", "import", "s3://bucket/templates", "--out", "worlds/other"]) == 2
