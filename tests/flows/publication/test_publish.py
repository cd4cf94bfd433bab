"""What readers get after a build: all of it, nothing else, and at once."""

import json
import os
import shutil
import stat
import subprocess
import sys
from datetime import date, timedelta
from pathlib import Path

import duckdb
import pytest

from common.errors import UserError
from common.paths import PROJECT
from flows.publication import publish as steps
from flows.publication.publish import Publication
from tests.flows.publication.small_warehouse import HOURS, ITEMS, SALES, TABLES, SmallWarehouse
from tests.support.publication import current_inventory, parquet_inodes, published_differences

Row = tuple[object, ...]


@pytest.fixture
def warehouse(tmp_path: Path) -> SmallWarehouse:
    """Three days, not published yet; in a folder whose name is as odd as names may be."""
    warehouse = SmallWarehouse(tmp_path / "it's [all] day=1 *")
    warehouse.sell(["2026-11-18", "2026-11-19", "2026-11-20"])
    return warehouse


def read(warehouse: SmallWarehouse, sql: str, file: Path | None = None) -> list[Row]:
    """Return what a reader gets who opens the published file, or that of a build."""
    file = file or warehouse.published / "caspers.duckdb"
    with duckdb.connect(str(file), read_only=True) as connection:
        return connection.execute(sql).fetchall()


def differences(warehouse: SmallWarehouse) -> dict[str, str]:
    return published_differences(warehouse.file, warehouse.published)


def written_files(warehouse: SmallWarehouse, publication: Publication) -> set[str]:
    """Return table and partition of the files that are new in a publication."""
    ending = f"-{publication.build:09}.parquet"
    return {
        f"{Path(name).parent.name} {Path(name).name.removesuffix(ending)}"
        for name in parquet_inodes(warehouse.published)
        if name.endswith(ending)
    }


def test_every_table_is_published_row_by_row_with_its_types(warehouse: SmallWarehouse) -> None:
    publication = warehouse.publish()
    assert differences(warehouse) == {}
    assert publication.build == 1
    assert publication.rows == {
        "lakeflow.hours": 6, "lakeflow.sales": 6, "lakeflow.totals": 2, "simulator.items": 1
    }  # fmt: skip
    assert publication.files == publication.files_written == 8
    assert read(warehouse, "SELECT current_database()") == [("caspers",)]
    assert read(warehouse, "SELECT comment FROM duckdb_views() WHERE view_name = 'sales'") == [
        ("A brand's day.",)
    ]
    comment = "SELECT comment FROM duckdb_columns() WHERE comment IS NOT NULL"
    assert read(warehouse, comment) == [("In dollars.",)]
    types = "SELECT column_type FROM (DESCRIBE lakeflow.totals) WHERE column_name = 'added'"
    assert read(warehouse, types) == [("HUGEINT",)]


def test_only_what_changed_is_written_and_the_rest_are_the_same_files(
    warehouse: SmallWarehouse,
) -> None:
    warehouse.publish()
    before = parquet_inodes(warehouse.published)
    warehouse.sell(["2026-11-20", "2026-11-21"], revenue=20)
    publication = warehouse.publish()
    assert differences(warehouse) == {}
    assert written_files(warehouse, publication) == {
        "sales 2026-11-20", "sales 2026-11-21", "hours 2026-11-20", "hours 2026-11-21",
        "totals all",
    }  # fmt: skip
    assert publication.files_written == 5
    after = parquet_inodes(warehouse.published)
    assert {name: after[name] for name in after if name in before} == {
        name: inode for name, inode in before.items() if "2026-11-20" not in name
        and "totals" not in name
    }  # fmt: skip
    assert warehouse.publish().files_written == 0
    assert parquet_inodes(warehouse.published) == after


def test_what_a_window_costs_does_not_grow_with_history(tmp_path: Path) -> None:
    for history in (40, 1500):
        warehouse = SmallWarehouse(tmp_path / str(history))
        days = [date(2026, 11, 20) - timedelta(days=number) for number in range(history)]
        warehouse.sell_on_all(map(str, days))
        first = warehouse.publish((SALES, HOURS))
        assert first.files <= 2 * (31 + 31 + history / 30)
        warehouse.sell(["2026-11-20", "2026-11-21"])
        assert warehouse.publish((SALES, HOURS)).files_written == 4
        assert differences(warehouse) == {}


def test_late_rows_write_the_month_that_holds_them_again(tmp_path: Path) -> None:
    warehouse = SmallWarehouse(tmp_path)
    warehouse.sell_on_all(str(date(2026, 1, 1) + timedelta(days=number)) for number in range(150))
    warehouse.publish()
    warehouse.sell(["2026-01-17", "2025-12-03", "2026-05-30"])
    publication = warehouse.publish()
    assert differences(warehouse) == {}
    assert written_files(warehouse, publication) == {"totals all"} | {
        f"{table} {partition}"
        for table in ("sales", "hours")
        for partition in ("2026-01", "2025-12", "2026-05-30")
    }


def test_rows_without_a_day_and_days_without_rows_are_published_as_they_are(
    warehouse: SmallWarehouse,
) -> None:
    warehouse.publish()
    warehouse.execute("INSERT INTO lakeflow.sales VALUES (NULL, 1, 1, [], NULL)")
    warehouse.record("1970-01-01")
    warehouse.sell(["2026-11-19"], rows=0)
    warehouse.publish()
    assert differences(warehouse) == {}
    assert read(warehouse, "SELECT count(*) FROM lakeflow.sales WHERE day IS NULL") == [(1,)]
    warehouse.execute("DELETE FROM lakeflow.sales; DELETE FROM lakeflow.hours")
    warehouse.record("2026-11-18", "2026-11-20", "1970-01-01")
    warehouse.publish()
    assert differences(warehouse) == {}
    assert read(warehouse, "FROM lakeflow.sales") == []
    assert warehouse.publish().rows["lakeflow.sales"] == 0
    warehouse.sell(["2026-11-20"])
    warehouse.publish()
    assert differences(warehouse) == {}


def test_everything_is_published_again_where_changes_are_not_known_by_day(
    warehouse: SmallWarehouse,
) -> None:
    """A table that was built as a whole, another shape of it, and another declaration."""
    warehouse.publish()
    warehouse.execute("UPDATE lakeflow.sales SET revenue = 1")
    warehouse.record(None)
    warehouse.publish()
    assert differences(warehouse) == {}
    warehouse.execute("ALTER TABLE lakeflow.hours ADD COLUMN more INTEGER DEFAULT 1")
    assert {"hours 2026-11-18"} < written_files(warehouse, warehouse.publish())
    assert differences(warehouse) == {}
    by_brand = (SALES.__class__("lakeflow", "sales", "sales", "day + brand_id"), ITEMS)
    warehouse.publish(by_brand)
    assert differences(warehouse) == {}
    assert sorted(file.partition for file in current_inventory(warehouse.published).tables[0].files
                  ) == ["2026-11-18", "2026-11-19", "2026-11-20", "2026-11-21"]  # fmt: skip
    assert "lakeflow.hours" not in current_inventory(warehouse.published).rows
    # Back again, and with a table that is declared but not built.
    warehouse.sell(["2026-11-20"])
    warehouse.publish((*TABLES, SALES.__class__("lakeflow", "planned", "planned", "day")))
    assert differences(warehouse) == {}


def test_what_is_published_of_another_warehouse_is_not_continued(
    warehouse: SmallWarehouse, tmp_path: Path
) -> None:
    warehouse.publish()
    backup = shutil.copy(warehouse.file, tmp_path / "backup.duckdb")
    warehouse.sell(["2026-11-19"], revenue=99)
    warehouse.publish()
    shutil.copy(backup, warehouse.file)  # without the change of the nineteenth
    publication = warehouse.publish()
    assert (publication.build, publication.files_written) == (3, publication.files)
    assert differences(warehouse) == {}
    warehouse.file.unlink()
    warehouse = SmallWarehouse(warehouse.file.parent)
    warehouse.sell(["2026-11-20"])
    assert warehouse.publish().build == 4
    assert differences(warehouse) == {}


@pytest.mark.parametrize("lost", ["a file", "a table", "the link", "all"])
def test_what_was_deleted_is_published_again(warehouse: SmallWarehouse, lost: str) -> None:
    warehouse.publish()
    build = warehouse.published.resolve()
    sales = build / "parquet" / "lakeflow" / "sales"
    if lost == "a file":
        next(sales.glob("2026-11-19*")).unlink()
    elif lost == "a table":
        shutil.rmtree(sales)
    else:
        warehouse.published.unlink()
        if lost == "all":
            shutil.rmtree(build.parent)
    warehouse.sell(["2026-11-20"])
    assert warehouse.publish().build == 2
    assert differences(warehouse) == {}


def test_a_reader_keeps_the_build_he_opened_and_the_next_gets_the_new_one(
    warehouse: SmallWarehouse,
) -> None:
    query = "SELECT max(revenue)::INTEGER FROM lakeflow.sales"
    warehouse.publish()
    file = str(warehouse.published / "caspers.duckdb")
    with duckdb.connect(file, read_only=True) as reader:
        warehouse.sell(["2026-11-20"], revenue=70)
        warehouse.publish()
        assert reader.execute(query).fetchall() == [(11,)]
        # In the same process, with the old one open: DuckDB goes by the file behind the link.
        assert read(warehouse, query) == [(71,)]
        assert reader.execute(query).fetchall() == [(11,)]


def test_nobody_writes_what_is_published(warehouse: SmallWarehouse) -> None:
    warehouse.publish()
    build = warehouse.published.resolve()
    for file in (build / "caspers.duckdb", *build.rglob("*.parquet")):
        assert stat.S_IMODE(file.stat().st_mode) == 0o444
    assert not list(build.rglob("*.wal"))


def builds(warehouse: SmallWarehouse) -> list[int]:
    return sorted(
        int(folder.name) for folder in (warehouse.published.parent / "publications").iterdir()
    )


def test_old_builds_go_an_hour_after_the_next_and_the_latest_three_stay(
    warehouse: SmallWarehouse,
) -> None:
    for _ in range(5):
        warehouse.publish()
    assert builds(warehouse) == [1, 2, 3, 4, 5]
    folder = warehouse.published.parent / "publications"

    def published_ago(build: int, minutes: int) -> None:
        file = folder / f"{build:09}" / "publication.json"
        moment = file.stat().st_mtime - 60 * minutes
        os.utime(file, (moment, moment))

    published_ago(1, 200)
    published_ago(2, 59)  # until then a reader may have opened the first
    warehouse.publish()
    assert builds(warehouse) == [1, 2, 3, 4, 5, 6]
    for build in (2, 3, 4, 5, 6):
        published_ago(build, 90)
    warehouse.publish()
    assert builds(warehouse) == [5, 6, 7]
    assert differences(warehouse) == {}


def test_what_cannot_be_published_leaves_what_is(
    warehouse: SmallWarehouse, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk, and a table that DuckDB cannot read to its end."""
    warehouse.publish()
    before = read(warehouse, "FROM lakeflow.sales")
    warehouse.sell(["2026-11-20"], revenue=70)
    with monkeypatch.context() as patched:

        def fail(*_: object) -> None:
            raise OSError(28, "No space left on device")

        patched.setattr(steps, "write_views", fail)
        with pytest.raises(UserError, match=r"Could not publish .* the disk is full: free some"):
            warehouse.publish()
    assert read(warehouse, "FROM lakeflow.sales") == before
    assert builds(warehouse) == [1]
    broken = "CREATE OR REPLACE VIEW lakeflow.totals AS SELECT error('it broke') AS brand_id"
    warehouse.execute(broken)
    with pytest.raises(UserError, match=r"readers keep those before \(.*it broke.*\)"):
        warehouse.publish()
    assert read(warehouse, "FROM lakeflow.sales") == before
    assert builds(warehouse) == [1]
    warehouse.execute("CREATE OR REPLACE VIEW lakeflow.totals AS SELECT 1 AS brand_id")
    assert warehouse.publish().files_written == 3
    assert differences(warehouse) == {}


def test_a_folder_in_the_way_and_a_warehouse_that_was_never_built_are_named(
    warehouse: SmallWarehouse,
) -> None:
    warehouse.published.mkdir()
    with pytest.raises(UserError, match=r"published is not the link .* move it away"):
        warehouse.publish()
    warehouse.published.rmdir()
    warehouse.execute("DROP SCHEMA increments CASCADE")
    with pytest.raises(UserError, match="make run"):
        warehouse.publish()
    assert not warehouse.published.exists()


def test_readers_who_never_stop_asking_get_one_whole_build_each_time(
    warehouse: SmallWarehouse,
) -> None:
    warehouse.publish()
    script = Path(__file__).with_name("polling_reader.py")
    readers = [
        subprocess.Popen(
            [sys.executable, str(script), str(warehouse.published)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(2)
    ]  # fmt: skip
    for reader in readers:
        assert reader.stdout is not None
        assert reader.stdout.readline() == "reading\n"
    for revenue in range(20, 26):
        warehouse.sell(["2026-11-20"], revenue=revenue)
        warehouse.publish()
    for reader in readers:
        output, errors = reader.communicate("stop\n")
        assert errors == ""
        read = json.loads(output)
        assert read["wrong"] == []
        assert read["reads"] >= read["builds"] >= 2


def sweep_kills(tmp_path: Path, every: int) -> int:
    script = Path(__file__).with_name("kill_sweep.py")
    swept = subprocess.run(
        [sys.executable, str(script), str(tmp_path), str(every)],
        env={**os.environ, "PYTHONPATH": str(PROJECT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert swept.returncode == 0, swept.stdout + swept.stderr
    return int(swept.stdout)


def test_a_publication_killed_anywhere_leaves_one_build_and_is_completed_by_the_next(
    tmp_path: Path,
) -> None:
    assert sweep_kills(tmp_path, every=30) >= 9


@pytest.mark.long
def test_a_publication_killed_at_every_step_leaves_one_build(tmp_path: Path) -> None:
    assert sweep_kills(tmp_path, every=1) >= 90
