"""The summary at the end of a run: one line per kitchen, and the commands to try next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import duckdb
from rich.table import Table

from common.errors import UserError
from common.vocabulary import vocabulary
from flows.warehouse_lock import locked_file_error

if TYPE_CHECKING:
    from collections.abc import Iterable
    from decimal import Decimal
    from pathlib import Path

REFUND_CLASSES = ("none", "partial", "full")

WHAT_NEXT = (
    ("make run", "land the next window and build only what it touched"),
    ("make live", "a window every three minutes"),
    ("make status", "how far virtual time has come"),
    ("make sql", "a SQL prompt on the tables"),
    ("make report", "the business as one page that can be mailed"),
    ("source .venv/bin/activate", "puts dbt and all commands of docs/ on the path"),
)
"""Commands to try after a run, each with what it does."""

_KITCHENS = """
    SELECT
        name,
        orders,
        revenue,
        p50_minutes,
        p75_minutes,
        p99_minutes,
        refunds_none,
        refunds_partial,
        refunds_full,
        refunded
    FROM lakeflow.gold_kitchen_summary
    ORDER BY location_id
"""


@dataclass(frozen=True, slots=True)
class Kitchen:
    """One row of ``gold_kitchen_summary``.

    Attributes
    ----------
    name
        Its name.
    orders
        Orders it received.
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
    minutes: tuple[Decimal, Decimal, Decimal] | None
    refunds: tuple[int, int, int]
    refunded: Decimal


def read_kitchens(published: Path) -> tuple[Kitchen, ...]:
    """Return the summary of each kitchen from the published tables.

    Parameters
    ----------
    published
        The DuckDB file that readers open.

    Raises
    ------
    BusyError
        If another program has the file open to write to it.
    UserError
        If the file or its tables are missing.
    """
    return tuple(
        Kitchen(
            name=name,
            orders=orders,
            revenue=revenue,
            minutes=None if p50 is None else (p50, p75, p99),
            refunds=(none, partial, full),
            refunded=refunded,
        )
        for name, orders, revenue, p50, p75, p99, none, partial, full, refunded in _query(
            published, _KITCHENS
        )
    )


def as_table(kitchens: Iterable[Kitchen]) -> Table:
    """Return the kitchens as a table that fits a terminal of 80 columns."""
    table = Table(
        title="Minutes from order to door; delivered orders by recommended refund",
        title_justify="left",
        box=None,
        padding=(0, 1, 0, 0),
        pad_edge=False,
    )
    headings = _headings()
    for heading in headings:
        side: Literal["left", "right"] = "left" if heading == headings[0] else "right"
        table.add_column(heading, justify=side, no_wrap=True)
    for cells in _cells(kitchens):
        table.add_row(*cells)
    return table


def as_markdown(kitchens: Iterable[Kitchen]) -> str:
    """Return the kitchens as a Markdown table, followed by the commands to try next."""
    lines = [
        "Minutes from order to door, and delivered orders by recommended refund.",
        "",
        "| " + " | ".join(_headings()) + " |",
        "|---|" + "---:|" * len(_HEADINGS),
        *("| " + " | ".join(cells) + " |" for cells in _cells(kitchens)),
        "",
        "What next:",
        "",
        *(f"* `{command}` - {purpose}" for command, purpose in WHAT_NEXT),
    ]
    return "\n".join(lines)


def what_next() -> str:
    """Return the commands to try next, one per line."""
    width = max(len(command) for command, _ in WHAT_NEXT)
    return "\n".join(f"  {command:<{width}}  {purpose}" for command, purpose in WHAT_NEXT)


_HEADINGS = ("orders", "revenue", "P50", "P75", "P99", *REFUND_CLASSES, "refunded")


def _headings() -> tuple[str, ...]:
    return (vocabulary().kitchen, *_HEADINGS)


def _cells(kitchens: Iterable[Kitchen]) -> list[list[str]]:
    return [
        [
            kitchen.name,
            f"{kitchen.orders:,}",
            vocabulary().amount(float(kitchen.revenue), 0),
            *(f"{minute:.1f}" for minute in kitchen.minutes or ()),
            *(("-",) * 3 if kitchen.minutes is None else ()),
            *(f"{count:,}" for count in kitchen.refunds),
            vocabulary().amount(float(kitchen.refunded), 0),
        ]
        for kitchen in kitchens
    ]


def _query(published: Path, query: str) -> list[tuple[Any, ...]]:
    if not published.exists():
        raise UserError(f"There is no {published} yet: `make run` builds and publishes the tables.")
    try:
        with duckdb.connect(str(published), read_only=True) as connection:
            return connection.execute(query).fetchall()
    except duckdb.CatalogException as error:
        reason = str(error).split("\n", maxsplit=1)[0]
        raise UserError(
            f"{published} lacks a table ({reason}): build and publish all with `make run`."
        ) from error
    except duckdb.Error as error:
        reason = str(error).split("\n", maxsplit=1)[0]
        raise locked_file_error(str(error)) or UserError(
            f"{published} cannot be read ({reason}): remove the folder, and `make run` publishes "
            "the tables again."
        ) from error
