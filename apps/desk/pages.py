"""The pages: what happens now, the queue, one order's story, decisions, complaints."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request, Response

from apps.desk import complaints, orders
from apps.desk.api import LocationId, Offset, SearchText  # noqa: TC001  (FastAPI reads them)
from apps.desk.decisions import decisions_of, latest_decisions
from apps.desk.drawings import WIDTH, draw_map, draw_timeline
from apps.desk.filters import NOTHING
from apps.desk.now import KITCHENS
from apps.desk.published import NothingPublishedError
from apps.desk.recommendations import (
    Filters,
    Page,
    find_recommendation,
    find_recommendations,
    list_recommendations,
)
from apps.desk.rendering import error_page, render
from apps.desk.schemas import OrderId, RefundClass, Sort, Status
from apps.desk.services import Services, Used  # noqa: TC001  (FastAPI reads them)
from apps.desk.streets import streets_around
from common.vocabulary import capitalized, vocabulary

if TYPE_CHECKING:
    from common.vocabulary import Vocabulary

ROWS = 50
SORT_NAMES = {
    Sort.NEWEST: "newest first",
    Sort.OLDEST: "oldest first",
    Sort.LARGEST: "largest refund first",
    Sort.SMALLEST: "smallest refund first",
    Sort.SLOWEST: "slowest first",
    Sort.FASTEST: "fastest first",
}

router = APIRouter(include_in_schema=False)


@router.get("/")
def show_now(request: Request, used: Used) -> Response:
    """Show what happens now; a script fills it from ``/api/now``."""
    try:
        kitchens, missing = used.published.query(KITCHENS), ""
    except NothingPublishedError as error:
        kitchens, missing = [], str(error)
    values = {"kitchens": kitchens, "missing": missing, "stages": _stage_names(vocabulary())}
    return render(request, used, "now.html", dict(values))


@router.get("/queue")
def show_queue(
    request: Request,
    used: Used,
    status: Annotated[Status | None, NOTHING] = Status.PENDING,
    refund_class: Annotated[RefundClass | None, NOTHING] = None,
    location_id: Annotated[LocationId | None, NOTHING] = None,
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
    return render(
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
    return render(
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
    return render(
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
    return render(
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


def _stage_names(words: Vocabulary) -> dict[str, str]:
    """Return the stages of an order as the page *Now* counts them."""
    return {
        "queue": f"Waiting for the {words.kitchen}",
        "cook": capitalized(words.cooking),
        "wait": f"Packed, waiting for a {words.courier}",
        "drive": "On the way",
        "done": "Delivered in this window",
        "lost": "Cancelled in this window",
    }


def _kitchens(used: Services) -> dict[int, str]:
    try:
        return orders.kitchens(used.published)
    except NothingPublishedError:
        return {}
