"""The lock of DuckDB's file, and the program that has it."""

from common.errors import BusyError
from flows.warehouse_lock import locked_file_error
from tests.support.duckdb_messages import LOCK_MESSAGE


def test_a_file_open_in_another_program_is_reported_with_that_program() -> None:
    error = locked_file_error(f"07:53 Runtime Error\n  {LOCK_MESSAGE}\n")
    assert isinstance(error, BusyError)
    assert str(error).startswith(
        "/home/ada/casper/data/caspers.duckdb is open in /usr/bin/dbeaver (process 4711): close it"
    )
    unknown = locked_file_error(
        'Could not set lock on file "x.duckdb": Resource temporarily unavailable'
    )
    assert str(unknown).startswith("x.duckdb is open in another program: close it")
    assert locked_file_error("Runtime Error: no such column") is None
