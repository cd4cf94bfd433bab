"""What the API takes and answers (docs/contract.md, section 10)."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PlainSerializer,
    StringConstraints,
    model_validator,
)

MAX_TEXT = 2_000
MAX_NAME = 200


def _storable(text: str) -> str:
    """Refuse what Postgres cannot store."""
    if "\0" in text:
        raise ValueError("a text cannot contain the character NUL")
    try:
        text.encode()
    except UnicodeEncodeError:
        raise ValueError("a text cannot contain half a surrogate pair") from None
    return text


def _in_utc(moment: datetime) -> str:
    # Tables have UTC without a zone.
    moment = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


Money = Annotated[Decimal, PlainSerializer(lambda value: f"{value:.2f}", return_type=str)]
"""Dollars: a decimal string with two digits in every answer."""

Moment = Annotated[datetime, PlainSerializer(_in_utc, return_type=str)]
Text = Annotated[str, AfterValidator(_storable)]
# Limits come first: pydantic does not strip what is behind a validator.
OrderId = Annotated[str, StringConstraints(min_length=1, max_length=100), AfterValidator(_storable)]


class RefundClass(StrEnum):
    """How much of an order is refunded."""

    NONE = "none"
    PARTIAL = "partial"
    FULL = "full"


class Status(StrEnum):
    """Whether somebody has decided."""

    PENDING = "pending"
    DECIDED = "decided"


class Sort(StrEnum):
    """The order of recommendations, ``-`` for the largest or latest first."""

    NEWEST = "-order_ts"
    OLDEST = "order_ts"
    LARGEST = "-refund_usd"
    SMALLEST = "refund_usd"
    SLOWEST = "-total_minutes"
    FASTEST = "total_minutes"


class Suggestion(BaseModel):
    """What the policy, or a language model within it, recommends."""

    refund_class: RefundClass
    refund_usd: Money
    reason: str


class Decision(BaseModel):
    """A decision as it is stored."""

    id: int
    order_id: str
    decided_ts: Moment
    amount_usd: Money
    refund_class: RefundClass
    reason: str
    decided_by: str | None
    source_suggestion: dict[str, object] | None
    revises: int | None


class Recommendation(BaseModel):
    """A recommendation and what was decided about it."""

    order_id: str
    ts: Moment
    order_ts: Moment
    location_id: int | None
    delivered_day: str | None
    total_minutes: float | None
    p50_minutes: float | None
    p75_minutes: float | None
    p99_minutes: float | None
    order_revenue: Money | None
    suggestion: Suggestion
    decision: Decision | None
    status: Status


class Recommendations(BaseModel):
    """A page of recommendations. ``next`` continues it: pass it as ``after``."""

    items: list[Recommendation]
    limit: int
    offset: int
    total: int
    next: str | None


class NewDecision(BaseModel):
    """A decision that somebody makes."""

    model_config = ConfigDict(extra="forbid")

    order_id: OrderId
    amount_usd: Annotated[
        Decimal, Field(ge=0, max_digits=10, decimal_places=2, allow_inf_nan=False)
    ]
    refund_class: RefundClass
    reason: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=MAX_TEXT),
        AfterValidator(_storable),
    ]
    decided_by: (
        Annotated[str, StringConstraints(max_length=MAX_NAME), AfterValidator(_storable)] | None
    ) = None
    revises: Annotated[int, Field(ge=1, lt=2**63)] | None = None

    @model_validator(mode="after")
    def _check_class(self) -> NewDecision:
        if (self.refund_class is RefundClass.NONE) != (self.amount_usd == 0):
            raise ValueError("refund_class is none if and only if amount_usd is 0.00")
        return self


class Conflict(BaseModel):
    """Somebody was faster."""

    detail: str
    decision: Decision


class Problem(BaseModel):
    """Why a request was not answered."""

    detail: str


class Summary(BaseModel):
    """Totals. Of the decisions about an order only the last counts.

    Attributes
    ----------
    pending_count
        Recommendations without a decision, those of $0 included.
    queue_count
        Those of them above $0, which the queue shows.
    """

    recommendations_count: int
    suggestions_by_class: dict[RefundClass, int]
    suggested_total_usd: Money
    decisions_count: int
    decisions_by_class: dict[RefundClass, int]
    decided_total_usd: Money
    pending_count: int
    queue_count: int


class Event(BaseModel):
    """Something that happened to an order."""

    event_type: str
    ts: Moment
    lat: float | None = None
    lon: float | None = None
    progress_pct: float | None = None
    reason: str | None = None


class OrderEvents(BaseModel):
    """All events of an order, in time order."""

    order_id: str
    events: list[Event]


class Complaint(BaseModel):
    """A complaint and the answer that is suggested."""

    complaint_id: str
    order_id: str
    ts: Moment
    complaint_category: str
    decision: str
    credit_amount: Money | None
    confidence: str | None
    priority: str | None
    rationale: str | None
    customer_response: str | None
    generated_by: str | None


class Complaints(BaseModel):
    """A page of complaints."""

    items: list[Complaint]
    limit: int
    offset: int
    total: int


class Health(BaseModel):
    """Whether the desk can work."""

    status: Literal["ok", "unavailable"]
    postgres: bool
    published_build: int | None
