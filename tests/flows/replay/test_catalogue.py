"""A dataset lands only into the business that it belongs to: its own tables lie beside it."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from common import paths
from common.errors import UserError
from common.paths import SEEDS
from flows.replay.commands import ReplayOptions, run, status
from generator.catalogue.seed_files import load_catalogue
from generator.dataset.business_tables import write_business_tables
from tests.support.sample_datasets import SECOND, order, write_dataset

NOW = datetime(2026, 11, 21, 10, 30)
Change = Callable[[pa.Table], pa.Table]


@pytest.fixture
def canonical(tmp_path: Path) -> Path:
    """A dataset with the tables of the seeds beside it."""
    rows = order("A1", 1, 0, [SECOND * step for step in range(1, 9)])
    folder = write_dataset(tmp_path / "canonical", rows, days=1)
    write_business_tables(load_catalogue(SEEDS), folder)
    return folder


def change_table(canonical: Path, name: str, change: Change) -> None:
    file = canonical / f"{name}.parquet"
    pq.write_table(change(pq.read_table(file)), file)


def renamed(column: str, old: str, new: str) -> Change:
    """Write another name, and keys as wide as pandas writes them."""

    def change(table: pa.Table) -> pa.Table:
        names = pc.replace_substring(table[column], old, new)
        table = table.set_column(table.schema.names.index(column), column, names)
        return table.set_column(0, table.schema.names[0], table[0].cast(pa.int64()))

    return change


def one_more(key: str, name: str) -> Change:
    def change(table: pa.Table) -> pa.Table:
        row = table.slice(0, 1).to_pylist()[0] | {key: 999, "name": name}
        return pa.concat_tables([table, pa.Table.from_pylist([row], table.schema)])

    return change


@pytest.mark.parametrize(
    ("table", "change", "problem"),
    [
        ("items", renamed("name", "Orchard Crunch Salad", "Oreo Milkshake"),
         ('1 of its 218 items are others; item 1 is "Oreo Milkshake" in its items.parquet and '
         '"Orchard Crunch Salad" in items.csv')),
        ("items", one_more("id", "Lamb Tagine"), ('item 999 is "Lamb Tagine" in its items.parquet '
         "and not there in items.csv")),
        ("brands", renamed("name", "Sproutwick Salads", "Salad Days"), 'brand 1 is "Salad Days"'),
        ("locations", renamed("name", "Chicago", "London"), 'kitchen 4 is "London"'),
    ],
)  # fmt: skip
def test_a_dataset_of_another_business_is_refused_before_it_lands(
    canonical: Path, landing: Path, table: str, change: Change, problem: str
) -> None:
    change_table(canonical, table, change)
    for command in (run, status):
        with pytest.raises(UserError) as error:
            command(canonical, landing, NOW, ReplayOptions())
        assert problem in str(error.value)
        assert f"`python -m generator catalogue import {canonical}`" in str(error.value)
        assert "CASPERS_WORLD" in str(error.value)
    assert not landing.exists()


def test_the_business_may_have_grown_and_a_configuration_may_have_opened_a_kitchen(
    canonical: Path, landing: Path
) -> None:
    change_table(canonical, "items", lambda table: table.slice(0, 100))
    change_table(canonical, "items", renamed("name", "nothing", "nothing"))
    change_table(canonical, "locations", one_more("location_id", "Oakland"))
    (canonical / "brands.parquet").unlink()
    assert run(canonical, landing, NOW, ReplayOptions(start_day=0)).events == 9


@pytest.mark.parametrize(
    "damage",
    [
        lambda file: file.write_bytes(b"PAR1"),
        lambda file: pq.write_table(pa.table({"id": [1]}), file),
        lambda file: pq.write_table(pa.table({"id": ["one"], "name": ["Salad"]}), file),
    ],
)
def test_a_table_that_cannot_be_read_is_named(
    canonical: Path, landing: Path, damage: Callable[[Path], object]
) -> None:
    damage(canonical / "items.parquet")
    with pytest.raises(UserError, match=r"items\.parquet cannot be read as the items") as error:
        run(canonical, landing, NOW, ReplayOptions())
    assert "or remove the file" in str(error.value)


def test_the_world_that_the_environment_names_is_the_business(
    canonical: Path, landing: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paths, "PROJECT", tmp_path)
    monkeypatch.setenv("CASPERS_WORLD", "worlds/a [world]")

    def refused(problem: str) -> None:
        with pytest.raises(UserError, match=problem):
            run(canonical, landing, NOW, ReplayOptions())

    refused(r"there is no folder .*worlds/a \[world\]")
    world = tmp_path / "worlds" / "a [world]"
    world.mkdir(parents=True)
    for file in SEEDS.glob("*.csv"):
        text = file.read_text(encoding="utf-8").replace("Orchard Crunch Salad", "Oreo Milkshake")
        (world / file.name).write_text(text, encoding="utf-8")
    refused(r'and "Oreo Milkshake" in items\.csv')
    change_table(canonical, "items", renamed("name", "Orchard Crunch Salad", "Oreo Milkshake"))
    assert run(canonical, landing, NOW, ReplayOptions(start_day=0)).events == 9
    (world / "items.csv").write_text("id,title\n1,Salad\n", encoding="utf-8")
    refused(r"items\.csv does not have a whole number id and a name in each row")
    for elsewhere in (str(world), "worlds/../../elsewhere"):
        monkeypatch.setenv("CASPERS_WORLD", elsewhere)
        refused("has to be the path of a folder inside the project")
