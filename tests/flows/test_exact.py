"""A table compared with a full refresh of it, which is built in a copy of the warehouse."""

import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from common.errors import UserError
from flows import exact
from flows.exact import Comparison, Side, compare_tables, find_table, format_comparison, set_aside
from tests.support.business import WAREHOUSE, Business, DbtWorker, order_life

NOON = datetime(2026, 11, 20, 12)
MODELS = {
    "orders": ("incremental", {"order_id": {}, "loaded_at": {"load_metadata": True}}),
    "names": ("table", {}),
    "events": ("view", {}),
}
MANIFEST = {
    "nodes": {
        f"model.c.{name}": {
            "name": name,
            "alias": f"the_{name}",
            "schema": "lakeflow",
            "resource_type": "model",
            "config": {"materialized": materialized},
            "columns": {
                column: {"name": column, "config": {"meta": meta}}
                for column, meta in columns.items()
            },
        }
        for name, (materialized, columns) in MODELS.items()
    }
    | {"seed.c.items": {"name": "items", "resource_type": "seed"}}
}


@pytest.fixture(scope="module")
def built(dbt_worker: DbtWorker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Business]:
    """A business of two orders in two windows, built window by window."""
    business = Business(tmp_path_factory.mktemp("exact"), dbt_worker)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("CASPERS_DATA", str(business.data))
        environment.delenv("CASPERS_LANDING", raising=False)
        for number, order in enumerate("ab"):
            business.land(
                f"window-{number}.jsonl", order_life(order, NOON.replace(hour=9 + number))
            )
            business.build()
        yield business


@pytest.fixture
def warehouse(built: Business) -> Iterator[Path]:
    """The warehouse file, which the next test finds as it was."""
    file = built.data / WAREHOUSE
    kept = file.with_suffix(".kept")
    shutil.copy(file, kept)
    yield file
    kept.replace(file)


@pytest.mark.usefixtures("dbt_in_forks")
@pytest.mark.parametrize("model", ["silver_order_timeline", "refund_recommendations"])
def test_a_table_that_equals_its_full_refresh(
    warehouse: Path, capsys: pytest.CaptureFixture[str], model: str
) -> None:
    before = warehouse.read_bytes()
    assert exact.main([model]) == 0
    assert capsys.readouterr().out == f"{model}: 2 rows, equal\n"
    assert warehouse.read_bytes() == before


@pytest.mark.thorough
def test_a_row_that_was_changed_by_hand_is_found(
    warehouse: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With dbt as a process of its own, as `make exact` runs it."""
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(
            "update lakeflow.gold_order_header set total_qty = 99 where order_id = 'b'"
        )
    assert exact.main(["gold_order_header"]) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == (
        "gold_order_header: 2 rows in the warehouse; 1 are only there, 1 only in the full refresh"
    )
    assert lines[1] == "Only in the warehouse:"
    assert "order_id=b" in lines[2]
    assert "total_qty=99" in lines[2]
    assert lines[3] == "Only in the full refresh:"
    assert "total_qty=1," in lines[4]
    assert len(lines) == 5


def test_a_table_with_other_columns_than_its_model_has_to_be_built_first(tmp_path: Path) -> None:
    table = find_table(MANIFEST, "names")
    files = [tmp_path / "before.duckdb", tmp_path / "after.duckdb"]
    for file, columns in zip(files, ("1 as id, 2 as note", "1 as id"), strict=True):
        with duckdb.connect(str(file)) as connection:
            connection.execute(
                f"create schema lakeflow; create table {table.relation} as select {columns}"
            )
    with pytest.raises(UserError, match=r"other columns than its model \(note\).*--full-refresh"):
        compare_tables(table, *files)


def test_a_table_that_was_never_built_is_reported(tmp_path: Path) -> None:
    duckdb.connect(str(tmp_path / "empty.duckdb")).close()
    with pytest.raises(UserError, match=r"names is not in .*dbt build"):
        set_aside(find_table(MANIFEST, "names"), tmp_path / "empty.duckdb", tmp_path / "new.duckdb")


def test_without_a_warehouse_there_is_nothing_to_compare(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path))
    assert exact.main(["gold_order_header"]) == 1
    assert (
        "caspers.duckdb does not exist: build it first with `make run`" in capsys.readouterr().err
    )
    assert not list(tmp_path.iterdir())


def test_a_table_is_found_with_its_load_metadata() -> None:
    table = find_table(MANIFEST, "orders")
    assert table.relation == '"lakeflow"."the_orders"'
    assert table.load_metadata == {"loaded_at"}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("order", r"There is no model order \(did you mean orders\?\)"),
        ("items", r"There is no model items \(known are names, orders\)"),
        ("events", "events is a view and holds no rows of its own.*name one of names, orders"),
    ],
)
def test_what_is_no_table_is_reported(name: str, message: str) -> None:
    with pytest.raises(UserError, match=message):
        find_table(MANIFEST, name)


def test_of_many_differing_rows_a_few_are_printed() -> None:
    many, none = Side(7, ("order_id=a", "order_id=b")), Side(0, ())
    assert format_comparison(Comparison("orders", 9, none, many)) == [
        "orders: 9 rows in the warehouse; 0 are only there, 7 only in the full refresh",
        "Only in the full refresh:",
        "  order_id=a",
        "  order_id=b",
        "  … and 5 more",
    ]
