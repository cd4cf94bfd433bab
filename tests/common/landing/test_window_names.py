"""The name of a window's file is parsed in Python and in SQL, and both read the same."""

import duckdb
import jinja2
import pytest

from common.landed_files import LATEST_POSITION, parse_window_file_name, window_file_name
from common.paths import PROJECT
from common.time_units import MICROSECONDS_PER_MINUTE


def minutes_in_sql(name: str) -> float | None:
    macro = (PROJECT / "macros" / "increments" / "window_minutes.sql").read_text(encoding="utf-8")
    stem = name.removesuffix(".jsonl")
    sql = jinja2.Template(macro + "{{ window_minutes('?') }}").render()
    with duckdb.connect() as connection:
        row = connection.execute(f"select {sql}", [stem] * sql.count("?")).fetchone()
    assert row is not None
    minutes: float | None = row[0]
    return minutes


@pytest.mark.parametrize(
    ("first", "last"), [(0, 0), (0, 90_000_000), (12 * 10**9, 12 * 10**9 + 7), (1, LATEST_POSITION)]
)
def test_the_macro_and_the_parser_read_the_same_positions(first: int, last: int) -> None:
    name = window_file_name(first, last)
    assert parse_window_file_name(name) == (first, last)
    assert minutes_in_sql(name) == pytest.approx((last - first) / MICROSECONDS_PER_MINUTE)


@pytest.mark.parametrize("name", ["corrections.jsonl", "fault-empty-000.jsonl", "a-b-c.jsonl"])
def test_neither_reads_positions_in_another_name(name: str) -> None:
    assert parse_window_file_name(name) is None
    assert minutes_in_sql(name) is None
