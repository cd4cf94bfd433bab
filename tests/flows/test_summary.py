"""The table at the end of a run."""

import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from rich.console import Console

from common.errors import BusyError, UserError
from flows.summary import WHAT_NEXT, as_markdown, as_table, count_rows, read_kitchens

TABLES = """
    CREATE SCHEMA simulator; CREATE SCHEMA lakeflow; CREATE SCHEMA recommender;
    CREATE TABLE simulator.locations (location_id INT, name VARCHAR);
    INSERT INTO simulator.locations VALUES (2, 'Silicon Valley'), (1, 'San Francisco');
    CREATE TABLE lakeflow.gold_order_header
        (order_id VARCHAR, location_id INT, order_revenue DECIMAL(18, 2));
    CREATE TABLE lakeflow.silver_order_timeline
        (order_id VARCHAR, location_id INT, status VARCHAR, total_minutes DOUBLE);
    CREATE TABLE recommender.refund_recommendations
        (order_id VARCHAR, refund_class VARCHAR, refund_usd DECIMAL(10, 2));
    CREATE VIEW lakeflow.a_view AS SELECT 1;
"""
ROWS = """
    INSERT INTO lakeflow.gold_order_header
        SELECT 'o' || n, 1, 10.01 FROM range(1, 103) AS numbers(n);
    INSERT INTO lakeflow.silver_order_timeline
        SELECT 'o' || n, 1, if(n <= 101, 'delivered', 'in_progress'), if(n <= 101, n - 1, NULL)
        FROM range(1, 103) AS numbers(n);
    INSERT INTO recommender.refund_recommendations
        SELECT 'o' || n, CASE WHEN n <= 70 THEN 'none' WHEN n <= 100 THEN 'partial' ELSE 'full' END,
            CASE WHEN n <= 70 THEN 0 WHEN n <= 100 THEN 1.25 ELSE 10.01 END
        FROM range(1, 102) AS numbers(n);
"""


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    file = tmp_path / "caspers.duckdb"
    with duckdb.connect(str(file)) as connection:
        connection.execute(TABLES)
    return file


def test_each_kitchen_is_counted_to_the_cent(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(ROWS)
    first, second = read_kitchens(warehouse)
    assert (first.name, first.orders) == ("San Francisco", 102)
    assert first.revenue == Decimal("1021.02")
    assert first.minutes == (50.0, 75.0, 99.0)
    assert (first.refunds, first.refunded) == ((70, 30, 1), Decimal("47.51"))
    assert (second.name, second.orders, second.minutes) == ("Silicon Valley", 0, None)
    assert "| San Francisco | 102 | $1,021 | 50.0 | 75.0 | 99.0 | 70 | 30 | 1 | $48 |" in (
        as_markdown([first, second])
    )
    counts = count_rows(warehouse)
    assert counts["lakeflow.gold_order_header"] == 102
    assert "lakeflow.a_view" not in counts


def test_empty_tables_make_a_table_of_nothing(warehouse: Path) -> None:
    kitchens = read_kitchens(warehouse)
    assert [kitchen.orders for kitchen in kitchens] == [0, 0]
    assert "| Silicon Valley | 0 | $0 | - | - | - | 0 | 0 | 0 | $0 |" in as_markdown(kitchens)


def test_the_table_fits_a_terminal_of_eighty_columns(warehouse: Path) -> None:
    with duckdb.connect(str(warehouse)) as connection:
        connection.execute(ROWS)
        connection.execute("UPDATE lakeflow.gold_order_header SET order_revenue = 99999.99")
    console = Console(width=80, record=True, file=(warehouse.parent / "shown").open("w"))
    console.print(as_table(read_kitchens(warehouse)))
    shown = console.export_text()
    for cell in ("San Francisco", "$10,199,999", "50.0", "75.0", "99.0", "partial", "refunded"):
        assert cell in shown
    assert "…" not in shown


def test_it_says_what_to_do_next(warehouse: Path) -> None:
    text = as_markdown(read_kitchens(warehouse))
    assert all(f"`{command}`" in text for command, _ in WHAT_NEXT)


def test_no_warehouse_or_no_tables_are_told(tmp_path: Path) -> None:
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


def test_a_warehouse_that_is_being_written_names_who_writes(warehouse: Path) -> None:
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
