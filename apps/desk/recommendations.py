"""Recommendations with what was decided about them: lists, one of them, totals."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING, Any, cast

from cachetools import TTLCache
from psycopg import sql

from apps.desk.schemas import (
    Decision,
    Recommendation,
    Recommendations,
    RefundClass,
    Sort,
    Status,
    Suggestion,
    Summary,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from psycopg import Connection

    from apps.desk.database import Row

_COLUMNS = """r.order_id, r.ts, r.order_ts, r.location_id, r.delivered_day, r.total_minutes,
  r.p50_minutes, r.p75_minutes, r.p99_minutes, r.order_revenue, r.refund_class, r.refund_usd,
  r.reason, d.id as decision_id, d.decided_ts, d.amount_usd as decided_usd,
  d.refund_class as decided_class, d.reason as decided_reason, d.decided_by, d.source_suggestion,
  d.revises"""
# Decisions about an order are a chain, so the one with the largest id counts. Looked up order by
# order, a page is found by walking along the index of its sort.
_FROM = """recommender.pg_recommendations r left join lateral (
  select * from refunds.refund_decisions where order_id = r.order_id order by id desc limit 1
) d on true"""
_CURRENT = """(select distinct on (order_id) * from refunds.refund_decisions
  order by order_id, id desc)"""
# Decisions are few: what is decided is found from their side.
_FROM_DECIDED = f"{_CURRENT} d join recommender.pg_recommendations r on r.order_id = d.order_id"
_KEPT_SECONDS = 1.0
_KEPT_TOTALS = 256
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


class Totals:
    """Counts over all recommendations, kept for a second.

    What is decided is counted at once; what a sync has brought, up to a second later.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._kept: TTLCache[object, Any] = TTLCache(_KEPT_TOTALS, _KEPT_SECONDS)

    def summarize(self, connection: Connection[Row]) -> Summary:
        """Return the totals of all recommendations and decisions."""
        key = ("summary", _last_decision(connection))
        return cast("Summary", self._get(key, lambda: _summarize(connection)))

    def count(self, connection: Connection[Row], filters: Filters) -> int:
        """Return how many recommendations there are."""
        key = (filters, _last_decision(connection))
        return cast("int", self._get(key, lambda: _count(connection, filters)))

    def _get(self, key: object, make: Callable[[], object]) -> object:
        with self._lock:
            # Not asked for twice: it may expire in between.
            kept = self._kept.get(key)
        if kept is None:
            kept = make()
            with self._lock:
                self._kept[key] = kept
        return kept


def list_recommendations(
    connection: Connection[Row], filters: Filters, page: Page, totals: Totals
) -> Recommendations:
    """Return a page of recommendations and how many there are in all."""
    conditions, values = _conditions(filters)
    source = sql.SQL(_FROM_DECIDED if filters.status is Status.DECIDED else _FROM)
    total = totals.count(connection, filters)
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
        ).format(sql.SQL(_COLUMNS), source, conditions, expression, direction, direction),
        {**values, "after": page.after, "limit": page.limit + 1, "offset": page.offset},
    ).fetchall()
    items = [recommendation_from_row(row) for row in rows[: page.limit]]
    return Recommendations(
        items=items,
        limit=page.limit,
        offset=page.offset,
        total=total,
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
    decision = None
    if row["decision_id"] is not None:
        decision = Decision(
            id=row["decision_id"],
            order_id=row["order_id"],
            decided_ts=row["decided_ts"],
            amount_usd=row["decided_usd"],
            refund_class=row["decided_class"],
            reason=row["decided_reason"],
            decided_by=row["decided_by"],
            source_suggestion=row["source_suggestion"],
            revises=row["revises"],
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
        decision=decision,
        status=Status.DECIDED if decision else Status.PENDING,
    )


def _summarize(connection: Connection[Row]) -> Summary:
    rows = connection.execute(
        f"""select 'suggested' as what, refund_class, count(*) as number,
          sum(refund_usd) as dollars, 0 as known, count(*) filter (where refund_usd > 0) as positive
        from recommender.pg_recommendations group by refund_class
        union all
        select 'decided', d.refund_class, count(*), sum(d.amount_usd), count(r.order_id),
          count(*) filter (where r.refund_usd > 0)
        from {_CURRENT} d left join recommender.pg_recommendations r on r.order_id = d.order_id
        group by d.refund_class"""
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
        pending_count=count("number", suggested) - count("known", decided),
        queue_count=count("positive", suggested) - count("positive", decided),
    )


def _last_decision(connection: Connection[Row]) -> int | None:
    row = connection.execute("select max(id) as id from refunds.refund_decisions").fetchone()
    return row["id"] if row else None


def _count(connection: Connection[Row], filters: Filters) -> int:
    """Return how many there are: of what is pending, all without those that are decided."""
    if filters.status is Status.PENDING:
        every = _count(connection, replace(filters, status=None))
        return every - _count(connection, replace(filters, status=Status.DECIDED))
    conditions, values = _conditions(filters)
    decided = filters.status is Status.DECIDED
    source = sql.SQL(_FROM_DECIDED if decided else "recommender.pg_recommendations r")
    query = sql.SQL("select count(*) as total from {} where {}").format(source, conditions)
    counted = connection.execute(query, values).fetchone()
    return counted["total"] if counted else 0


def _conditions(filters: Filters) -> tuple[sql.Composable, dict[str, object]]:
    values: dict[str, object] = {
        "refund_class": filters.refund_class,
        "location_id": filters.location_id,
        "text": f"%{_escaped(filters.text)}%",
    }
    conditions = [sql.SQL("true")]
    if filters.status is Status.PENDING:
        conditions.append(sql.SQL("d.id is null"))
    if not filters.include_zero:
        conditions.append(sql.SQL("r.refund_usd > 0"))
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
