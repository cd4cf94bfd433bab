"""Other businesses by data alone: the folder that CASPERS_WORLD names, and not a line of code."""

import csv
import shutil
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from common import paths
from common.errors import UserError
from common.paths import SEEDS
from flows.replay.commands import ReplayOptions, run
from generator.__main__ import main
from tests.support.business import Business
from tests.support.extended_project import ExtendedProject
from tests.support.foreign_business import foreign_tables, write_tables

NOW = datetime(2026, 11, 21, 10, 30)
ADDED = {
    "locations": [
        "5,lisbon,Lisbon,Rua do Exemplo 12 Lisboa,38.7223,-9.1393,3,4,60,0.01,Lisbon opens."
    ],
    "brands": ["25,Salt Cod Society,Portuguese,12"],
    "brand_locations": [
        *(f"{60 + brand},{brand},5,0,,steady,0.00" for brand in range(1, 6)),
        "66,25,5,0,,growing,0.10",
    ],
    "menus": ["25,25,Salt Cod Lunch", "26,25,Salt Cod Dinner"],
    "categories": ["114,25,25,Lunch", "115,26,25,Dinner"],
    "items": ["219,114,25,25,Bacalhau Roll,9.50", '220,115,26,25,"Bacalhau, Whole",21.95'],
}


WORLD = "worlds/other"


@pytest.fixture(scope="module")
def copied_project(tmp_path_factory: pytest.TempPathFactory) -> ExtendedProject:
    """A copy of the project, which dbt parses once; its worlds have the same name."""
    return ExtendedProject(tmp_path_factory.mktemp("project") / "project")


@pytest.fixture
def project(copied_project: ExtendedProject, monkeypatch: pytest.MonkeyPatch) -> ExtendedProject:
    """That copy without a world, of which the generator takes its world, too."""
    shutil.rmtree(copied_project.folder / WORLD, ignore_errors=True)
    monkeypatch.setattr(paths, "PROJECT", copied_project.folder)
    return copied_project


def grow(world: Path) -> None:
    """Write the seeds with a kitchen in another country, a brand and two menus."""
    world.mkdir(parents=True)
    for file in SEEDS.glob("*.csv"):
        shutil.copy(file, world)
        with (world / file.name).open("a", encoding="utf-8") as text:
            text.writelines(row + "\n" for row in ADDED.get(file.stem, ()))


def build(business: Business, project: ExtendedProject) -> Business:
    """Build and test what has landed, with the seeds of the world."""
    business = replace(business, world=WORLD)
    answer = business.dbt("build", "--exclude", "test_type:unit", *project.arguments())
    assert set(answer["results"].values()) <= {"success", "pass", "no-op"}, answer["messages"]
    assert business.query("select count(*) from lakeflow.rejected_events") == [(0,)]
    return business


@pytest.mark.thorough
def test_a_fifth_kitchen_with_a_brand_and_menus_of_its_own_is_data_alone(
    business: Business, project: ExtendedProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    grown = project.folder / WORLD
    grow(grown)
    before = {file.name: file.read_bytes() for file in grown.iterdir()}
    monkeypatch.setenv("CASPERS_WORLD", WORLD)
    canonical = business.data / "canonical"
    configuration = business.data / "lisbon.json"
    configuration.write_text('{"orders_day_1": 50, "orders_last": 90, "stations": 8}')
    options = ("--days", "2", "--locations", "lisbon,sf", "--out", str(canonical))
    options += ("--config", str(configuration))
    assert main(["canonical", *options]) == 0
    run(canonical, business.landing, NOW, ReplayOptions(start_day=1))
    business = build(business, project)
    assert {file.name: file.read_bytes() for file in grown.iterdir()} == before
    with (grown / "items.csv").open(encoding="utf-8", newline="") as text:
        names = {int(row["id"]): row["name"] for row in csv.DictReader(text)}
    sold = business.query(
        "select distinct location_id, item_id, item_name from lakeflow.silver_order_items"
    )
    assert all(names[item_id] == name for _, item_id, name in sold)
    assert {219, 220} <= {item_id for location_id, item_id, _ in sold if location_id == 5}
    assert not {219, 220} & {item_id for location_id, item_id, _ in sold if location_id == 1}
    kitchens = business.query("select location_id, orders from lakeflow.gold_kitchen_summary")
    assert {location_id for location_id, orders in kitchens if orders} == {1, 5}
    assert len(kitchens) == 5


def in_the_older_form(canonical: Path, hours: int) -> None:
    """Write the events without the columns that older datasets lack, in another zone."""
    file = canonical / "events.parquet"
    events = pq.read_table(file).drop_columns(["ts_micros", "eta_mins"])
    seconds = pc.add(events["ts_seconds"], hours * 3600)
    place = events.schema.get_field_index("ts_seconds")
    pq.write_table(events.set_column(place, "ts_seconds", seconds), file)
    (canonical / "dataset.json").unlink()


@pytest.mark.thorough
def test_a_dataset_of_somebody_else_becomes_a_business_out_of_its_own_tables(
    business: Business, project: ExtendedProject, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = write_tables(business.data / "canonical_dataset", foreign_tables())
    assert main(["catalogue", "import", str(dataset), "--out", WORLD]) == 0
    monkeypatch.setenv("CASPERS_WORLD", WORLD)
    assert main(["canonical", "--days", "2", "--out", str(business.data / "canonical")]) == 0

    # What they would have: these events in their form, their tables beside them.
    shutil.copy(business.data / "canonical" / "events.parquet", dataset)
    (dataset / "dataset.json").touch()
    in_the_older_form(dataset, 8)
    monkeypatch.delenv("CASPERS_WORLD")
    with pytest.raises(UserError, match=r'item 1 is "Farfalle" in its items\.parquet'):
        run(dataset, business.landing, NOW, ReplayOptions())
    monkeypatch.setenv("CASPERS_WORLD", WORLD)
    report = run(dataset, business.landing, NOW, ReplayOptions(start_day=1))
    assert report.settings.profile.days == 2

    business = build(business, project)
    tables = foreign_tables()
    names = set(zip(tables["items"]["id"], tables["items"]["name"], strict=True))
    sold = business.query("select distinct item_id, item_name from lakeflow.silver_order_items")
    assert set(sold) == names

    # Built with the seeds of another business, the dishes are no longer those of the menu.
    other = replace(business, world=None)
    other.dbt("seed")
    answer = other.dbt("test", "--select", "test_dishes_are_those_of_the_menu")
    name = "test.caspers_kitchens.test_dishes_are_those_of_the_menu"
    assert answer["results"][name] == "warn"
    assert any("Got 5 results, configured to warn" in said for said in answer["messages"])
