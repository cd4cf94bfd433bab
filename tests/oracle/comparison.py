"""A warehouse and the oracle, row by row."""

from __future__ import annotations

import csv
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import duckdb

from tests.oracle.oracle import Row, Seeds, Tables, complaint_responses, order_facts
from tests.support.business import PROJECT, Business

if TYPE_CHECKING:
    from collections.abc import Iterable

GRAINS = {
    "lakeflow.landed_lines": ("file", "line_number"),
    "lakeflow.all_events": ("event_id",),
    "lakeflow.rejected_events": ("file", "line_number"),
    "lakeflow.silver_order_timeline": ("order_id",),
    "lakeflow.silver_order_items": ("order_id", "line_number"),
    "lakeflow.silver_driver_pings": ("event_id",),
    "lakeflow.silver_courier_shifts": ("driver_id", "shift_day"),
    "lakeflow.gold_order_header": ("order_id",),
    "lakeflow.gold_item_sales_day": ("item_id", "menu_id", "category_id", "brand_id", "day"),
    "lakeflow.gold_brand_sales_day": ("brand_id", "day"),
    "lakeflow.gold_location_sales_hourly": ("location_id", "hour_ts"),
    "lakeflow.gold_delivery_times_day": ("location_id", "day"),
    "lakeflow.gold_data_quality_day": ("location_id", "day"),
    "lakeflow.gold_rejected_lines_day": ("location_id", "day", "rejection_code"),
    "lakeflow.gold_kitchen_summary": ("location_id",),
    "recommender.delivery_percentiles_trailing": ("location_id", "day"),
    "recommender.refund_candidates": ("order_id",),
    "recommender.refund_recommendations": ("order_id",),
    "recommender.refund_decisions": ("decision_id",),
    "lakeflow.landed_decisions": ("file", "line_number"),
    "lakeflow.gold_refund_agreement_day": ("location_id", "day"),
    "complaints.complaint_candidates": ("order_id",),
    "complaints.raw_complaints": ("complaint_id",),
    "complaints.complaint_responses": ("complaint_id",),
    "lakeflow.fct_orders": ("order_id",),
    "lakeflow.dim_customer": ("customer_id",),
    "lakeflow.dim_driver": ("driver_id",),
    "lakeflow.dim_date": ("date_day",),
}
"""What a row of each table is one of."""

LOAD_METADATA = {"load_number", "loaded_at"}
SCORED_AT = ("recommender.refund_recommendations", "ts")
# By which models find rows again, and nothing that an analyst asks for: a model may do without.
FOR_LOOKING_UP = {"event_key", "order_key", "first_event_ts", "last_event_ts"}
ROWS_SHOWN = 4


def project_seeds() -> Seeds:
    """Return the seeds of the project."""

    def rows(path: str) -> list[dict[str, str]]:
        with (PROJECT / path).open(encoding="utf-8", newline="") as file:
            return list(csv.DictReader(file))

    return Seeds(
        rows("seeds/locations.csv"),
        rows("seeds/items.csv"),
        rows("common/reference/event_types.csv"),
        rows("common/reference/rejection_reasons.csv"),
        rows("seeds/holidays.csv"),
        rows("seeds/weather.csv"),
    )


def found_tables(business: Business) -> Tables:
    """Return the rows of a DuckDB warehouse, without load metadata."""
    tables: Tables = {}
    with duckdb.connect(str(business.data / "caspers.duckdb"), read_only=True) as connection:
        for table in GRAINS:
            result = connection.execute(f"select * from {table}")
            names = [column[0] for column in result.description]
            tables[table] = [
                {
                    name: _comparable(name, value)
                    for name, value in zip(names, row, strict=True)
                    if name not in LOAD_METADATA and (table, name) != SCORED_AT
                }
                for row in result.fetchall()
            ]
    return tables


def _comparable(name: str, value: Any) -> Any:  # noqa: ANN401  (any value of a table)
    """Return a value as the oracle says it: JSON is opened."""
    if name == "basket":
        return json.loads(value)
    if name == "agent_response":
        return json.loads(value, parse_float=Decimal, parse_int=Decimal)
    return value


def differences(found: Tables, expected: Tables) -> str:
    """Compare every table with the oracle, both ways.

    Parameters
    ----------
    found
        Rows of a warehouse, as `found_tables` returns them.
    expected
        Rows of the oracle.

    Returns
    -------
    str
        Nothing where they agree; else, of each table that differs, the first rows that do: those
        on one side only, and the columns in which two rows of the same key differ.
    """
    texts = {row["order_id"]: row["complaint_text"] for row in found["complaints.raw_complaints"]}
    answers = complaint_responses(expected["complaints.complaint_candidates"], texts)
    expected = {
        **expected,
        "complaints.complaint_responses": answers,
        "lakeflow.fct_orders": order_facts(expected, answers),
    }
    assert set(found) == set(expected) == set(GRAINS)
    return "\n".join(
        text for table in GRAINS if (text := _of_table(table, found[table], expected[table]))
    )


def _of_table(table: str, found: list[Row], expected: list[Row]) -> str:
    """Return the differences of one table as text."""
    found_rows, repeated = _by_key(table, found)
    expected_rows, _ = _by_key(table, expected)
    problems = [f"more than one row of {key}" for key in repeated]
    for key in sorted({*found_rows, *expected_rows}, key=repr):
        if key not in expected_rows:
            problems.append(f"only in the warehouse: {_shown(found_rows[key])}")
        elif key not in found_rows:
            problems.append(f"only in the oracle:    {_shown(expected_rows[key])}")
        elif different := _different_columns(found_rows[key], expected_rows[key]):
            problems.append(f"{key}\n{different}")
    if not problems:
        return ""
    shown = "\n".join(f"  {problem}" for problem in problems[:ROWS_SHOWN])
    return f"{table}: {len(problems)} of {len(expected)} rows differ\n{shown}"


def _by_key(table: str, rows: Iterable[Row]) -> tuple[dict[tuple[Any, ...], Row], list[Any]]:
    """Return rows by their grain, and the keys that stand in more than one row."""
    by_key: dict[tuple[Any, ...], Row] = {}
    repeated = []
    for row in rows:
        key = tuple(row[name] for name in GRAINS[table])
        if key in by_key:
            repeated.append(key)
        by_key[key] = row
    return by_key, repeated


def _different_columns(found: Row, expected: Row) -> str:
    """Return the columns in which two rows differ, both sides."""
    missing = {*found, *expected} - (found.keys() & expected.keys()) - FOR_LOOKING_UP
    different = [
        f"      {name}: warehouse {found[name]!r}, oracle {expected[name]!r}"
        for name in expected
        if name in found and found[name] != expected[name]
    ]
    return "\n".join(
        [*different, *(f"      {name} is on one side only" for name in sorted(missing))]
    )


def _shown(row: Row) -> str:
    return ", ".join(f"{name}={value!r}" for name, value in row.items() if value is not None)
