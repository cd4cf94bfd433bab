"""The table at the end of a run."""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from common.errors import BusyError, UserError
from flows.summary import WHAT_NEXT, as_markdown, as_table, read_kitchens

TABLES = """
    CREATE SCHEMA lakeflow;
    CREATE TABLE lakeflow.gold_order_header (order_id VARCHAR);
    CREATE TABLE lakeflow.gold_kitchen_summary (
        location_id INTEGER,
        name VARCHAR,
        orders BIGINT,
        revenue DECIMAL(18, 2),
        p50_minutes DECIMAL(12, 3),
        p75_minutes DECIMAL(12, 3),
        p99_minutes DECIMAL(12, 3),
        refunds_none BIGINT,
        refunds_partial BIGINT,
        refunds_full BIGINT,
        refunded DECIMAL(18, 2)
    );
    INSERT INTO lakeflow.gold_kitchen_summary VALUES
        (2, 'Silicon Valley', 0, 0, NULL, NULL, NULL, 0, 0, 0, 0),
        (1, 'San Francisco', 0, 0, NULL, NULL, NULL, 0, 0, 0, 0);
    CREATE VIEW lakeflow.a_view AS SELECT 1;
"""
ROWS = """
    INSERT INTO lakeflow.gold_order_header SELECT 'o' || n FROM range(1, 103) AS numbers(n);
    UPDATE lakeflow.gold_kitchen_summary
    SET orders = 102, revenue = 1021.02, p50_minutes = 50, p75_minutes = 75, p99_minutes = 99,
        refunds_none = 70, refunds_partial = 30, refunds_full = 1, refunded = 47.51
    WHERE location_id = 1;
"""


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    file = tmp_path / "caspers.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(TABLES)
    return file


def test_the_summary_of_each_kitchen_is_read_to_the_cent(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(ROWS)
    first, second = read_kitchens(warehouse)
    assert (first.name, first.orders) == ("San Francisco", 102)
    assert first.revenue == Decimal("1021.02")
    assert first.minutes == (50, 75, 99)
    assert (first.refunds, first.refunded) == ((70, 30, 1), Decimal("47.51"))
    assert (second.name, second.orders, second.minutes) == ("Silicon Valley", 0, None)
    assert "| San Francisco | 102 | $1,021 | 50.0 | 75.0 | 99.0 | 70 | 30 | 1 | $48 |" in (
        as_markdown([first, second])
    )


def test_kitchens_without_orders_are_shown_with_zeros(warehouse: Path) -> None:
    kitchens = read_kitchens(warehouse)
    assert [kitchen.orders for kitchen in kitchens] == [0, 0]
    assert "| Silicon Valley | 0 | $0 | - | - | - | 0 | 0 | 0 | $0 |" in as_markdown(kitchens)


def test_the_table_fits_a_terminal_of_eighty_columns(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(ROWS)
        connection.execute(
            "UPDATE lakeflow.gold_kitchen_summary SET revenue = 10199998.98 WHERE orders > 0"
        )
    console = Console(width=80, record=True, file=(warehouse.parent / "shown").open("w"))
    console.print(as_table(read_kitchens(warehouse)))
    shown = console.export_text()
    for cell in ("San Francisco", "$10,199,999", "50.0", "75.0", "99.0", "partial", "refunded"):
        assert cell in shown
    assert "…" not in shown


def test_it_lists_the_commands_to_try_next(warehouse: Path) -> None:
    text = as_markdown(read_kitchens(warehouse))
    assert all(f"`{command}`" in text for command, _ in WHAT_NEXT)


def test_a_missing_warehouse_or_table_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "caspers.duckdb"
    with pytest.raises(UserError, match="make run"):
        read_kitchens(file)
    duckdb.connect(str(file)).close()
    with pytest.raises(UserError, match="lacks a table") as error:
        read_kitchens(file)
    assert str(file) in str(error.value)
    file.write_bytes(b"not a database" * 1000)
    with pytest.raises(UserError, match="cannot be read"):
        read_kitchens(file)


def test_a_warehouse_being_written_names_the_writer(warehouse: Path) -> None:
    script = f"import duckdb; c = duckdb.connect({str(warehouse)!r}); print(1, flush=True); input()"
    with subprocess.Popen(
        [sys.executable, "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as writer:
        assert writer.stdout is not None
        writer.stdout.readline()
        with pytest.raises(BusyError, match=rf"process {writer.pid}\)") as error:
            read_kitchens(warehouse)
        assert str(warehouse) in str(error.value)
        writer.communicate("\n")
    assert read_kitchens(warehouse)
