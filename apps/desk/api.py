"""The Refund Manager API (docs/contract.md, section 10)."""

from __future__ import annotations

from typing import Annotated

import psycopg
from fastapi import APIRouter, HTTPException, Query, Request, Response
from fastapi.responses import JSONResponse

from apps.desk import complaints, orders
from apps.desk.decisions import (
    AlreadyDecidedError,
    ImpossibleDecisionError,
    UnknownOrderError,
    decide,
)
from apps.desk.recommendations import (
    Filters,
    Page,
    find_recommendation,
    list_recommendations,
)
from apps.desk.schemas import (
    Complaints,
    Conflict,
    Decision,
    Health,
    NewDecision,
    OrderEvents,
    OrderId,
    Problem,
    Recommendation,
    Recommendations,
    RefundClass,
    Sort,
    Status,
    Summary,
    Text,
)
from apps.desk.services import Used, signed

MAX_LIMIT = 500
# What a 64-bit offset is, more or less; Postgres refuses more.
_MAX_OFFSET = 2**62
_MAX_INTEGER = 2**31 - 1

Limit = Annotated[int, Query(ge=1, le=MAX_LIMIT)]
Offset = Annotated[int, Query(ge=0, le=_MAX_OFFSET)]
LocationId = Annotated[int, Query(ge=0, le=_MAX_INTEGER)]
SearchText = Annotated[Text, Query(max_length=200)]

router = APIRouter()


@router.get("/api/summary")
def get_summary(used: Used) -> Summary:
    """Answer the totals of recommendations and decisions."""
    with used.database.connection() as connection:
        return used.totals.summarize(connection)


@router.get("/api/recommendations")
def get_recommendations(
    used: Used,
    limit: Limit = 50,
    offset: Offset = 0,
    after: OrderId | None = None,
    status: Status | None = None,
    refund_class: RefundClass | None = None,
    location_id: LocationId | None = None,
    q: SearchText = "",
    sort: Sort = Sort.NEWEST,
    include_zero: bool = False,
) -> Recommendations:
    """Answer recommendations with decisions; those of $0 only with ``include_zero``."""
    filters = Filters(status, refund_class, location_id, q, include_zero)
    with used.database.connection() as connection:
        return list_recommendations(
            connection, filters, Page(limit, offset, after, sort), used.totals
        )


@router.get("/api/recommendations/{order_id}", responses={404: {"model": Problem}})
def get_recommendation(used: Used, order_id: OrderId) -> Recommendation:
    """Answer the recommendation of one order."""
    with used.database.connection() as connection:
        found = find_recommendation(connection, order_id)
    if found is None:
        raise HTTPException(404, f"Nothing is recommended for order {order_id}.")
    return found


@router.post(
    "/api/refunds",
    status_code=201,
    response_model=Decision,
    responses={404: {"model": Problem}, 409: {"model": Conflict}, 422: {}},
)
def post_refund(used: Used, request: Request, wanted: NewDecision) -> Decision | Response:
    """Decide about a refund, or revise a decision."""
    try:
        with used.database.connection() as connection:
            return decide(connection, signed(wanted, request, used.settings))
    except UnknownOrderError:
        raise HTTPException(404, f"Nothing is recommended for order {wanted.order_id}.") from None
    except ImpossibleDecisionError as error:
        raise HTTPException(422, str(error)) from None
    except AlreadyDecidedError as error:
        conflict = Conflict(
            detail=f"Order {wanted.order_id} was decided already.", decision=error.decision
        )
        return JSONResponse(conflict.model_dump(mode="json"), 409)


@router.get("/api/orders/{order_id}/events", responses={404: {"model": Problem}})
def get_events(used: Used, order_id: OrderId) -> OrderEvents:
    """Answer what happened to an order, in time order, as far as it is published."""
    found = orders.read_events(used.published, order_id)
    if found is None:
        raise HTTPException(404, f"Order {order_id} is not known.")
    return found


@router.get("/api/complaints")
def get_complaints(
    used: Used,
    limit: Limit = 50,
    offset: Offset = 0,
    order_id: OrderId | None = None,
    category: SearchText | None = None,
    decision: SearchText | None = None,
    priority: SearchText | None = None,
) -> Complaints:
    """Answer complaints with the answers that are suggested, the latest first."""
    with used.database.connection() as connection:
        return complaints.list_complaints(
            connection,
            limit=limit,
            offset=offset,
            order_id=order_id,
            category=category,
            decision=decision,
            priority=priority,
        )


@router.get("/healthz", response_model=Health)
def get_health(used: Used) -> Response:
    """Answer whether the desk can work: 503 without Postgres."""
    try:
        with used.database.connection() as connection:
            connection.execute("select from recommender.pg_recommendations limit 0")
        postgres = True
    except psycopg.Error:
        postgres = False
    health = Health(
        status="ok" if postgres else "unavailable",
        postgres=postgres,
        published_build=used.published.build(),
    )
    return JSONResponse(health.model_dump(), 200 if postgres else 503)
