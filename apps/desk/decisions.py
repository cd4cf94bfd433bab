"""Decisions about refunds: made once, revised at most once each, never changed or removed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from psycopg.types.json import Jsonb

from apps.desk.schemas import Decision, RefundClass

if TYPE_CHECKING:
    from datetime import datetime
    from decimal import Decimal

    from psycopg import Connection

    from apps.desk.database import Row
    from apps.desk.schemas import NewDecision

_COLUMNS = """id, order_id, decided_ts, amount_usd, refund_class, reason, decided_by,
  source_suggestion, revises"""


class UnknownOrderError(Exception):
    """Nothing is recommended for the order."""


class ImpossibleDecisionError(Exception):
    """The decision does not fit the order; the text says why."""


@dataclass
class AlreadyDecidedError(Exception):
    """Somebody was faster: ``decision`` is what counts."""

    decision: Decision


def decide(connection: Connection[Row], wanted: NewDecision) -> Decision:
    """Store a decision with the suggestion that it answers, and return it.

    Raises
    ------
    UnknownOrderError
        If nothing is recommended for the order.
    ImpossibleDecisionError
        If the amount does not fit the order, or ``revises`` is no decision about it.
    AlreadyDecidedError
        If there is a decision already, or that one has been revised.
    """
    order = connection.execute(
        """select refund_class, refund_usd, reason, ts, order_revenue
        from recommender.pg_recommendations where order_id = %s""",
        [wanted.order_id],
    ).fetchone()
    if order is None:
        raise UnknownOrderError
    _check_amount(wanted, order["order_revenue"])
    if wanted.revises is not None:
        revised = connection.execute(
            "select from refunds.refund_decisions where id = %s and order_id = %s",
            [wanted.revises, wanted.order_id],
        ).fetchone()
        if revised is None:
            raise ImpossibleDecisionError(
                f"revises: {wanted.revises} is no decision about order {wanted.order_id}"
            )
    suggestion = {
        "refund_class": order["refund_class"],
        "refund_usd": f"{order['refund_usd']:.2f}",
        "reason": order["reason"],
        "ts": _as_landed(order["ts"]),
    }
    # Unique indexes decide who was first. The loser waits until the other's transaction has ended.
    stored = connection.execute(
        f"""insert into refunds.refund_decisions
          (order_id, amount_usd, refund_class, reason, decided_by, source_suggestion, revises)
        values (%s, %s, %s, %s, %s, %s, %s) on conflict do nothing returning {_COLUMNS}""",
        [
            wanted.order_id,
            wanted.amount_usd,
            wanted.refund_class,
            wanted.reason,
            wanted.decided_by,
            Jsonb(suggestion),
            wanted.revises,
        ],
    ).fetchone()
    if stored is None:
        raise AlreadyDecidedError(decisions_of(connection, wanted.order_id)[-1])
    return Decision.model_validate(stored)


def decisions_of(connection: Connection[Row], order_id: str) -> list[Decision]:
    """Return the decisions about an order; the last one counts."""
    rows = connection.execute(
        f"select {_COLUMNS} from refunds.refund_decisions where order_id = %s order by id",
        [order_id],
    )
    return [Decision.model_validate(row) for row in rows]


def latest_decisions(connection: Connection[Row], limit: int, before: int | None) -> list[Decision]:
    """Return the latest decisions, newest first, those with an id below ``before``."""
    rows = connection.execute(
        f"""select {_COLUMNS} from refunds.refund_decisions
        where %(before)s::bigint is null or id < %(before)s order by id desc limit %(limit)s""",
        {"before": before, "limit": limit},
    )
    return [Decision.model_validate(row) for row in rows]


def _check_amount(wanted: NewDecision, revenue: Decimal | None) -> None:
    amount = wanted.amount_usd
    if amount and revenue is None:
        raise ImpossibleDecisionError(
            "amount_usd: what the order was worth is not known, so nothing can be refunded"
        )
    if revenue is not None and amount > revenue:
        raise ImpossibleDecisionError(
            f"amount_usd: {amount:.2f} is more than the order's revenue of {revenue:.2f}"
        )
    if amount and (wanted.refund_class is RefundClass.FULL) != (amount == revenue):
        raise ImpossibleDecisionError(
            "refund_class is full if and only if amount_usd is the order's revenue of "
            f"{revenue:.2f}"
        )


def _as_landed(moment: datetime) -> str:
    return moment.isoformat(sep=" ", timespec="milliseconds")
