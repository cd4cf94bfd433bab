"""The pages: what happens now, the queue, one order's story, decisions, complaints."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response
from fastapi.templating import Jinja2Templates
from pydantic import BeforeValidator

from apps.desk import complaints, orders
from apps.desk.api import LocationId, Offset, SearchText  # noqa: TC001  (FastAPI reads them)
from apps.desk.decisions import decisions_of, latest_decisions
from apps.desk.drawings import WIDTH, draw_map, draw_timeline
from apps.desk.now import KITCHENS
from apps.desk.published import NothingPublishedError
from apps.desk.recommendations import (
    Filters,
    Page,
    find_recommendation,
    find_recommendations,
    list_recommendations,
)
from apps.desk.schemas import OrderId, RefundClass, Sort, Status
from apps.desk.services import Services, Used, user_of
from apps.desk.streets import streets_around

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from decimal import Decimal

ROWS = 50
SORT_NAMES = {
    Sort.NEWEST: "newest first",
    Sort.OLDEST: "oldest first",
    Sort.LARGEST: "largest refund first",
    Sort.SMALLEST: "smallest refund first",
    Sort.SLOWEST: "slowest first",
    Sort.FASTEST: "fastest first",
}
STAGE_NAMES = {
    "queue": "Waiting for the kitchen",
    "cook": "Cooking",
    "wait": "Packed, waiting for a courier",
    "drive": "On the way",
    "done": "Delivered in this window",
    "lost": "Cancelled in this window",
}
"""Stages of an order as the page *Now* counts them."""

# A form sends what is not chosen as an empty text.
_NOTHING = BeforeValidator(lambda value: value or None)

router = APIRouter(include_in_schema=False)
_templates = Jinja2Templates(Path(__file__).parent / "templates")


def _dollars(value: Decimal | None) -> str:
    return "unknown" if value is None else f"${value:,.2f}"


def _moment(value: datetime | None) -> str:
    return "unknown" if value is None else f"{value:%a %b %d, %H:%M}"


_templates.env.filters |= {"dollars": _dollars, "moment": _moment}
_templates.env.trim_blocks = _templates.env.lstrip_blocks = True


@router.get("/")
def show_now(request: Request, used: Used) -> Response:
    """Show what happens now; a script fills it from ``/api/now``."""
    try:
        kitchens, missing = used.published.query(KITCHENS), ""
    except NothingPublishedError as error:
        kitchens, missing = [], str(error)
    values = {"kitchens": kitchens, "missing": missing, "stages": STAGE_NAMES}
    return _page(request, used, "now.html", dict(values))


@router.get("/queue")
def show_queue(
    request: Request,
    used: Used,
    status: Annotated[Status | None, _NOTHING] = Status.PENDING,
    refund_class: Annotated[RefundClass | None, _NOTHING] = None,
    location_id: Annotated[LocationId | None, _NOTHING] = None,
    q: SearchText = "",
    sort: Sort = Sort.NEWEST,
    after: OrderId | None = None,
) -> Response:
    """Show the recommendations that wait for a decision, or others."""
    filters = Filters(status, refund_class, location_id, q.strip())
    with used.database.connection() as connection:
        page = list_recommendations(
            connection, filters, Page(ROWS, after=after, sort=sort), used.totals
        )
        summary = used.totals.summarize(connection)
    chosen = {
        "status": filters.status or "",
        "refund_class": filters.refund_class or "",
        "location_id": "" if filters.location_id is None else str(filters.location_id),
        "q": q,
        "sort": sort.value,
    }
    return _page(
        request,
        used,
        "queue.html",
        {
            "page": page,
            "summary": summary,
            "chosen": chosen,
            "address": urlencode({name: value for name, value in chosen.items() if value}),
            "after": after,
            "kitchens": _kitchens(used),
            "sorts": SORT_NAMES,
            "classes": list(RefundClass)[1:],
        },
    )


@router.get("/orders/{order_id}")
def show_order(request: Request, used: Used, order_id: OrderId) -> Response:
    """Show one order's story and what can be decided about it."""
    with used.database.connection() as connection:
        recommendation = find_recommendation(connection, order_id)
        decisions = decisions_of(connection, order_id)
        answered = complaints.list_complaints(connection, limit=20, order_id=order_id)
    day = recommendation.order_ts.date() if recommendation else None
    try:
        story = orders.read_story(used.published, order_id, day)
        missing = "" if story else "Its events are not in the published tables."
    except NothingPublishedError as error:
        story, missing = None, str(error)
    if story is None and recommendation is None:
        return error_page(request, 404, "Unknown order", f"There is no order {order_id}.")
    earlier = {}
    if story and story.earlier:
        with used.database.connection() as connection:
            earlier = find_recommendations(connection, [row["order_id"] for row in story.earlier])
    return _page(
        request,
        used,
        "order.html",
        {
            "order_id": order_id,
            "recommendation": recommendation,
            "decisions": decisions,
            "complaints": answered.items,
            "story": story,
            "missing": missing,
            "earlier": earlier,
            "timeline": draw_timeline(story, recommendation) if story else None,
            "map": draw_map(story, streets_around(story.kitchen) if story.kitchen else ())
            if story
            else None,
            "width": WIDTH,
        },
    )


@router.get("/decisions")
def show_decisions(
    request: Request, used: Used, before: Annotated[int | None, Query(ge=1, lt=2**63)] = None
) -> Response:
    """Show what was decided, the latest first."""
    with used.database.connection() as connection:
        found = latest_decisions(connection, ROWS + 1, before)
        summary = used.totals.summarize(connection)
    return _page(
        request,
        used,
        "decisions.html",
        {
            "decisions": found[:ROWS],
            "next": found[ROWS - 1].id if len(found) > ROWS else None,
            "summary": summary,
        },
    )


@router.get("/complaints")
def show_complaints(
    request: Request,
    used: Used,
    category: SearchText = "",
    decision: SearchText = "",
    offset: Offset = 0,
) -> Response:
    """Show complaints and the answers that are suggested, the latest first."""
    with used.database.connection() as connection:
        found = complaints.list_complaints(
            connection,
            limit=ROWS,
            offset=offset,
            category=category or None,
            decision=decision or None,
        )
    chosen = {"category": category, "decision": decision}
    return _page(
        request,
        used,
        "complaints.html",
        {
            "page": found,
            "chosen": chosen,
            "address": urlencode({name: value for name, value in chosen.items() if value}),
            "categories": (
                *("delivery_delay", "missing_items", "food_quality", "service_issue", "other"),
            ),
        },
    )


def error_page(
    request: Request,
    status: int,
    title: str,
    detail: str,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """Return a page that says what is wrong and what to do."""
    values = {"title": title, "detail": detail, "user": None, "asks_name": False, "tables": None}
    return _templates.TemplateResponse(
        request, "error.html", values, status_code=status, headers=headers
    )


def _page(request: Request, used: Services, template: str, values: dict[str, object]) -> Response:
    user = user_of(request, used.settings)
    about = {
        "user": user,
        "asks_name": not used.settings.trusts_proxy,
        "tables": used.published.publication(),
    }
    return _templates.TemplateResponse(request, template, values | about)


def _kitchens(used: Services) -> dict[int, str]:
    try:
        return orders.kitchens(used.published)
    except NothingPublishedError:
        return {}
