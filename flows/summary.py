"""What a person wants to read at the end: how each kitchen does, and what to do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import duckdb
from rich.table import Table

from common.errors import UserError
from flows.build import lock_trouble

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from decimal import Decimal
    from pathlib import Path

REFUND_CLASSES = ("none", "partial", "full")

WHAT_NEXT = (
    ("make run", "land the next window, build only that"),
    ("make live", "a window every three minutes"),
    ("make status", "where virtual time stands"),
    ("source .venv/bin/activate", "then dbt and all commands of README.md are at hand"),
    ("dbt show --select gold_brand_sales_day", "look into a table"),
)
"""Commands a person may want after a run, each with what it does."""

_KITCHENS = """
    WITH orders AS (
        SELECT location_id, count(*) AS orders, sum(order_revenue) AS revenue
        FROM lakeflow.gold_order_header
        GROUP BY ALL
    ),
    deliveries AS (
        SELECT
            location_id,
            quantile_cont(total_minutes::DOUBLE, [0.5, 0.75, 0.99]) AS minutes
        FROM lakeflow.silver_order_timeline
        WHERE status = 'delivered' AND total_minutes IS NOT NULL
        GROUP BY ALL
    ),
    refunds AS (
        SELECT
            timeline.location_id,
            count(*) FILTER (refund_class = 'none') AS refunds_none,
            count(*) FILTER (refund_class = 'partial') AS refunds_partial,
            count(*) FILTER (refund_class = 'full') AS refunds_full,
            sum(refund_usd) AS refunded
        FROM recommender.refund_recommendations
        JOIN lakeflow.silver_order_timeline AS timeline USING (order_id)
        GROUP BY ALL
    )
    SELECT
        locations.name,
        coalesce(orders, 0),
        coalesce(revenue, 0)::DECIMAL(18, 2),
        minutes,
        coalesce(refunds_none, 0),
        coalesce(refunds_partial, 0),
        coalesce(refunds_full, 0),
        coalesce(refunded, 0)::DECIMAL(18, 2)
    FROM simulator.locations
    LEFT JOIN orders USING (location_id)
    LEFT JOIN deliveries USING (location_id)
    LEFT JOIN refunds USING (location_id)
    ORDER BY locations.location_id
"""


@dataclass(frozen=True, slots=True)
class Kitchen:
    """How one kitchen does.

    Attributes
    ----------
    name
        Its name.
    orders
        Orders it got.
    revenue, refunded
        In US dollars.
    minutes
        P50, P75 and P99 of the minutes from created to delivered; ``None`` without a delivery.
    refunds
        Delivered orders by the refund they were recommended, in the order of `REFUND_CLASSES`.
    """

    name: str
    orders: int
    revenue: Decimal
    minutes: tuple[float, float, float] | None
    refunds: tuple[int, int, int]
    refunded: Decimal


def read_kitchens(warehouse: Path) -> tuple[Kitchen, ...]:
    """Return how each kitchen does, read from the finished tables.

    The file is open for the time of one query only, and never while dbt builds.

    Raises
    ------
    BusyError
        If a build has the file open.
    UserError
        If the file or its tables are missing.
    """
    rows = _query(warehouse, [_KITCHENS])[0]
    return tuple(
        Kitchen(
            name=str(name),
            orders=orders,
            revenue=revenue,
            minutes=None if minutes is None else (minutes[0], minutes[1], minutes[2]),
            refunds=(none, partial, full),
            refunded=refunded,
        )
        for name, orders, revenue, minutes, none, partial, full, refunded in rows
    )


def count_rows(warehouse: Path) -> dict[str, int]:
    """Return the number of rows of each table, by ``schema.table``; views are left out."""
    named = "SELECT schema_name, table_name FROM duckdb_tables() ORDER BY ALL"
    tables = [f"{schema}.{table}" for schema, table in _query(warehouse, [named])[0]]
    counts = _query(warehouse, [f"SELECT count(*) FROM {table}" for table in tables])
    return {table: int(rows[0][0]) for table, rows in zip(tables, counts, strict=True)}


def as_table(kitchens: Iterable[Kitchen]) -> Table:
    """Return the kitchens as a table that fits a terminal of 80 columns."""
    table = Table(
        title="Minutes from order to door; delivered orders by recommended refund",
        title_justify="left",
        box=None,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    for heading in _HEADINGS:
        side: Literal["left", "right"] = "left" if heading == _HEADINGS[0] else "right"
        table.add_column(heading, justify=side, no_wrap=True)
    for cells in _cells(kitchens):
        table.add_row(*cells)
    return table


def as_markdown(kitchens: Iterable[Kitchen]) -> str:
    """Return the kitchens as a Markdown table, and what to do next."""
    lines = [
        "Minutes from order to door, and delivered orders by recommended refund.",
        "",
        "| " + " | ".join(_HEADINGS) + " |",
        "|---|" + "---:|" * (len(_HEADINGS) - 1),
        *("| " + " | ".join(cells) + " |" for cells in _cells(kitchens)),
        "",
        "What next:",
        "",
        *(f"* `{command}` - {purpose}" for command, purpose in WHAT_NEXT),
    ]
    return "\n".join(lines)


def what_next() -> str:
    """Return the commands a person may want now, one a line."""
    width = max(len(command) for command, _ in WHAT_NEXT)
    return "\n".join(f"  {command:<{width}}  {purpose}" for command, purpose in WHAT_NEXT)


_HEADINGS = ("kitchen", "orders", "revenue", "P50", "P75", "P99", *REFUND_CLASSES, "refunded")


def _cells(kitchens: Iterable[Kitchen]) -> list[list[str]]:
    return [
        [
            kitchen.name,
            f"{kitchen.orders:,}",
            f"${kitchen.revenue:,.0f}",
            *(f"{minute:.1f}" for minute in kitchen.minutes or ()),
            *(("-",) * 3 if kitchen.minutes is None else ()),
            *(f"{count:,}" for count in kitchen.refunds),
            f"${kitchen.refunded:,.0f}",
        ]
        for kitchen in kitchens
    ]


def _query(warehouse: Path, queries: Sequence[str]) -> list[list[tuple[Any, ...]]]:
    if not warehouse.exists():
        raise UserError(f"There is no {warehouse} yet: build it with `make run` or `dbt build`.")
    try:
        with duckdb.connect(str(warehouse), read_only=True) as connection:
            return [connection.execute(query).fetchall() for query in queries]
    except duckdb.CatalogException as error:
        reason = str(error).split("\n", maxsplit=1)[0]
        raise UserError(
            f"{warehouse} lacks a table ({reason}): build all of them with `dbt build`."
        ) from error
    except duckdb.Error as error:
        reason = str(error).split("\n", maxsplit=1)[0]
        raise lock_trouble(str(error)) or UserError(
            f"{warehouse} cannot be read ({reason}): remove it and build it again."
        ) from error
