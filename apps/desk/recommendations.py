"""Recommendations with what was decided about them: lists, one of them, totals."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING

from psycopg import sql

from apps.desk.decisions import decision_from_row
from apps.desk.schemas import (
    Recommendation,
    Recommendations,
    RefundClass,
    Sort,
    Status,
    Suggestion,
    Summary,
)

if TYPE_CHECKING:
    from psycopg import Connection

    from apps.desk.database import Row

# Of the decisions about an order the one that no other revises counts.
_CURRENT = """(select d.* from refunds.refund_decisions d
  where not exists (select from refunds.refund_decisions n where n.revises = d.id))"""
_COLUMNS = """r.order_id, r.ts, r.order_ts, r.location_id, r.delivered_day, r.total_minutes,
  r.p50_minutes, r.p75_minutes, r.p99_minutes, r.order_revenue, r.refund_class, r.refund_usd,
  r.reason, d.id as decision_id, d.decided_ts, d.amount_usd as decided_usd,
  d.refund_class as decided_class, d.reason as decided_reason, d.decided_by, d.source_suggestion,
  d.revises"""
_FROM = f"recommender.pg_recommendations r left join {_CURRENT} d on d.order_id = r.order_id"
_SORTS = {
    "order_ts": "r.order_ts",
    "refund_usd": "r.refund_usd",
    "total_minutes": "coalesce(r.total_minutes, 0)",
}


@dataclass(frozen=True)
class Filters:
    """Which recommendations are wanted; ``None`` for any.

    Attributes
    ----------
    status, refund_class, location_id
        As they are stored.
    text
        Part of the order's id or of the reason.
    include_zero
        Whether those of $0 are wanted too.
    """

    status: Status | None = None
    refund_class: RefundClass | None = None
    location_id: int | None = None
    text: str = ""
    include_zero: bool = False


@dataclass(frozen=True)
class Page:
    """Which part of a list is wanted.

    Attributes
    ----------
    limit
        Rows at most.
    offset
        Rows that are left out before; slow where it is large.
    after
        The order after which it continues, at the same speed anywhere in the list.
    sort
        Order of the list.
    """

    limit: int = 50
    offset: int = 0
    after: str | None = None
    sort: Sort = Sort.NEWEST


def list_recommendations(
    connection: Connection[Row], filters: Filters, page: Page
) -> Recommendations:
    """Return a page of recommendations and how many there are in all."""
    conditions, values = _conditions(filters)
    counted = connection.execute(
        sql.SQL("select count(*) as total from {} where {}").format(
            sql.SQL(_FROM if filters.status else "recommender.pg_recommendations r"), conditions
        ),
        values,
    ).fetchone()
    descends = page.sort.startswith("-")
    expression = sql.SQL(_SORTS[page.sort.removeprefix("-")])
    direction = sql.SQL("desc" if descends else "asc")
    if page.after is not None:
        conditions = sql.SQL(
            """{} and ({}, r.order_id) {} (select {}, r.order_id
            from recommender.pg_recommendations r where r.order_id = %(after)s)"""
        ).format(conditions, expression, sql.SQL("<" if descends else ">"), expression)
    rows = connection.execute(
        sql.SQL(
            """select {} from {} where {} order by {} {}, r.order_id {}
            limit %(limit)s offset %(offset)s"""
        ).format(sql.SQL(_COLUMNS), sql.SQL(_FROM), conditions, expression, direction, direction),
        {**values, "after": page.after, "limit": page.limit + 1, "offset": page.offset},
    ).fetchall()
    items = [recommendation_from_row(row) for row in rows[: page.limit]]
    return Recommendations(
        items=items,
        limit=page.limit,
        offset=page.offset,
        total=counted["total"] if counted else 0,
        next=items[-1].order_id if items and len(rows) > page.limit else None,
    )


def find_recommendation(connection: Connection[Row], order_id: str) -> Recommendation | None:
    """Return the recommendation of an order."""
    found = find_recommendations(connection, [order_id])
    return found.get(order_id)


def find_recommendations(
    connection: Connection[Row], order_ids: list[str]
) -> dict[str, Recommendation]:
    """Return the recommendations of some orders by order."""
    rows = connection.execute(
        sql.SQL("select {} from {} where r.order_id = any(%s)").format(
            sql.SQL(_COLUMNS), sql.SQL(_FROM)
        ),
        [order_ids],
    )
    return {row["order_id"]: recommendation_from_row(row) for row in rows}


def recommendation_from_row(row: Row) -> Recommendation:
    """Return a recommendation as the API answers it."""
    decision = decision_from_row(
        {
            **row,
            "id": row["decision_id"],
            "amount_usd": row["decided_usd"],
            "refund_class": row["decided_class"],
            "reason": row["decided_reason"],
        }
    )
    return Recommendation(
        order_id=row["order_id"],
        ts=row["ts"],
        order_ts=row["order_ts"],
        location_id=row["location_id"],
        delivered_day=row["delivered_day"].isoformat() if row["delivered_day"] else None,
        total_minutes=row["total_minutes"],
        p50_minutes=row["p50_minutes"],
        p75_minutes=row["p75_minutes"],
        p99_minutes=row["p99_minutes"],
        order_revenue=row["order_revenue"],
        suggestion=Suggestion(
            refund_class=row["refund_class"], refund_usd=row["refund_usd"], reason=row["reason"]
        ),
        decision=decision if row["decision_id"] is not None else None,
        status=Status.PENDING if row["decision_id"] is None else Status.DECIDED,
    )


def summarize(connection: Connection[Row]) -> Summary:
    """Return the totals of all recommendations and decisions."""
    rows = connection.execute(
        sql.SQL(
            """select 'suggested' as what, r.refund_class, count(*) as number,
              sum(r.refund_usd) as dollars, count(*) filter (where d.id is null) as pending,
              count(*) filter (where d.id is null and r.refund_usd > 0) as queued
            from {} group by r.refund_class
            union all
            select 'decided', d.refund_class, count(*), sum(d.amount_usd), 0, 0
            from {} d group by d.refund_class"""
        ).format(sql.SQL(_FROM), sql.SQL(_CURRENT))
    ).fetchall()
    suggested = {row["refund_class"]: row for row in rows if row["what"] == "suggested"}
    decided = {row["refund_class"]: row for row in rows if row["what"] == "decided"}

    def by_class(found: dict[str, Row]) -> dict[RefundClass, int]:
        return {each: found[each]["number"] if each in found else 0 for each in RefundClass}

    def count(column: str, found: dict[str, Row]) -> int:
        return sum(row[column] for row in found.values())

    def dollars(found: dict[str, Row]) -> Decimal:
        return sum((row["dollars"] or Decimal(0) for row in found.values()), Decimal(0))

    return Summary(
        recommendations_count=count("number", suggested),
        suggestions_by_class=by_class(suggested),
        suggested_total_usd=dollars(suggested),
        decisions_count=count("number", decided),
        decisions_by_class=by_class(decided),
        decided_total_usd=dollars(decided),
        pending_count=count("pending", suggested),
        queue_count=count("queued", suggested),
    )


def _conditions(filters: Filters) -> tuple[sql.Composable, dict[str, object]]:
    values: dict[str, object] = {
        "refund_class": filters.refund_class,
        "location_id": filters.location_id,
        "text": f"%{_escaped(filters.text)}%",
    }
    conditions = [sql.SQL("true")]
    if not filters.include_zero:
        conditions.append(sql.SQL("r.refund_usd > 0"))
    if filters.status:
        negated = "" if filters.status is Status.PENDING else "not "
        conditions.append(sql.SQL(f"d.id is {negated}null"))
    if filters.refund_class:
        conditions.append(sql.SQL("r.refund_class = %(refund_class)s"))
    if filters.location_id is not None:
        conditions.append(sql.SQL("r.location_id = %(location_id)s"))
    if filters.text:
        conditions.append(sql.SQL("(r.order_id ilike %(text)s or r.reason ilike %(text)s)"))
    return sql.SQL(" and ").join(conditions), values


def _escaped(text: str) -> str:
    """Return a text for `like` in which no character is a wildcard."""
    return text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
