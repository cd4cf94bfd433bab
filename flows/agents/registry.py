"""The agents: what each is asked about, and the form of its answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from flows.agents.complaint import ComplaintAnswer, complaint_instructions
from flows.agents.refund import RefundAnswer, refund_instructions

if TYPE_CHECKING:
    from collections.abc import Callable

    from pydantic import BaseModel


@dataclass(frozen=True)
class Agent:
    """Somebody who is asked about one subject at a time.

    Attributes
    ----------
    name
        As its answers are landed.
    table
        The published table with its subjects, ``schema.table``; without it nothing is asked.
    subjects
        A query of the published tables: ``subject_id`` and ``facts``, a JSON object as text, the
        most urgent first.
    instructions
        Returns what it is told before the facts.
    answer
        The form of an answer. `model_dump` in JSON mode is what lands.
    """

    name: str
    table: str
    subjects: str
    instructions: Callable[[], str]
    answer: type[BaseModel]


REFUND = Agent(
    name="refund",
    table="recommender.refund_recommendations",
    # Where the policy says none, nothing is left to decide.
    subjects="""
        select order_id as subject_id, to_json({
            order_id: order_id, minutes_to_the_door: round(total_minutes, 1),
            p50_minutes: p50_minutes, p75_minutes: p75_minutes, p99_minutes: p99_minutes,
            order_revenue_usd: order_revenue::varchar, refund_class: refund_class,
            suggested_refund_usd: refund_usd::varchar
        })::varchar as facts
        from recommender.refund_recommendations
        where refund_class <> 'none'
        order by delivered_day desc, order_id
    """,
    instructions=refund_instructions,
    answer=RefundAnswer,
)

COMPLAINT = Agent(
    name="complaint",
    table="complaints.complaint_responses",
    # A matter that is urgent goes to a person at once, whatever a model says.
    subjects="""
        select order_id as subject_id, to_json({
            order_id: order_id, complaint_category: complaint_category,
            complaint_text: raw.complaint_text, minutes_to_the_door: round(total_minutes, 1),
            p75_minutes: p75_minutes, p99_minutes: p99_minutes,
            order_revenue_usd: order_revenue::varchar, basket: basket::json,
            suggested_decision: decision, suggested_credit_usd: credit_amount::varchar
        })::varchar as facts
        from complaints.complaint_responses
        inner join complaints.raw_complaints as raw
            using (complaint_id, order_id, complaint_category, delivered_day)
        inner join complaints.complaint_candidates
            using (order_id, complaint_category, delivered_day)
        where priority <> 'urgent'
        order by delivered_day desc, order_id
    """,
    instructions=complaint_instructions,
    answer=ComplaintAnswer,
)

AGENTS: tuple[Agent, ...] = (REFUND, COMPLAINT)
