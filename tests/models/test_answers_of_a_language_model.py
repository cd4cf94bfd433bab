"""Answers that land replace verdicts where the policy allows it, and change nothing elsewhere."""

import json
from datetime import datetime, timedelta
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.business import Business, order_life
from tests.support.refund_policy import MODEL, POLICY, with_lateness

DAY = datetime(2026, 11, 10)
RIGHT = {"refund_class": "partial", "refund_usd": "6.50", "reason": "45 minutes, past P75 of 30."}


def verdict(answer: str | None, outcome: str | None = "answered", **order: Any) -> dict[str, Any]:  # noqa: ANN401
    """Judge an order of $20.00, 40 minutes with a P75 of 30 and a P99 of 50, and its answer."""
    columns: dict[str, Any] = {
        "total_minutes": 40.0, "p75_minutes": 30.0, "p99_minutes": 50.0, "revenue_cents": 2000,
        "history_deliveries": 500, **order,
    }  # fmt: skip
    table = with_lateness(pa.table({name: [value] for name, value in columns.items()}))
    table = table.append_column("agent_outcome", pa.array([outcome], pa.string()))
    table = table.append_column("agent_answer", pa.array([answer], pa.string()))
    row: dict[str, Any] = MODEL.with_verdicts(table, POLICY).to_pylist()[0]
    assert json.loads(row["agent_response"]) == {
        "refund_class": row["refund_class"],
        "refund_usd": row["refund_cents"] / 100,
        "reason": row["reason"],
    }
    return {"by": row["generated_by"], "class": row["refund_class"], "cents": row["refund_cents"]}


LOCAL = {"class": "partial", "cents": 600}
TOO_LONG = "x" * 1001


@pytest.mark.parametrize(
    ("changed", "cents"),
    [
        ({}, 650),
        ({"refund_usd": 6.5}, 650),
        ({"refund_usd": "2"}, 200),
        ({"refund_usd": "10.00"}, 1000),
        ({"refund_usd": "1.99"}, None),
        ({"refund_usd": "10.01"}, None),
        ({"refund_usd": "10000.00", "refund_class": "full"}, None),
        ({"refund_usd": "20.00", "refund_class": "full"}, None),
        ({"refund_usd": "0.00", "refund_class": "none"}, None),
        ({"refund_class": "full"}, None),
        ({"refund_usd": "-6.50"}, None),
        ({"refund_usd": "6.555"}, None),
        ({"refund_usd": "\u0666.\u0665\u0660"}, None),
        ({"refund_usd": True}, None),
        ({"refund_usd": None}, None),
        ({"refund_usd": 1e300}, None),
        ({"refund_usd": float("nan")}, None),
        ({"refund_class": ["partial"]}, None),
        ({"reason": " "}, None),
        ({"reason": "late\u0000"}, None),
        ({"reason": TOO_LONG}, None),
        ({"reason": ["late"]}, None),
    ],
)
def test_an_answer_counts_only_within_the_policy(
    changed: dict[str, Any], cents: int | None
) -> None:
    found = verdict(json.dumps(RIGHT | changed))
    if cents is None:
        assert found == LOCAL | {"by": "fallback"}
    else:
        assert found == LOCAL | {"by": "endpoint", "cents": cents}


@pytest.mark.parametrize("answer", [None, "", "{", "[]", "7", "{}", "[" * 100_000])
def test_what_is_no_answer_falls_back(answer: str | None) -> None:
    assert verdict(answer) == LOCAL | {"by": "fallback"}
    assert verdict(None, None) == LOCAL | {"by": "local"}
    assert verdict(None, "timeout") == LOCAL | {"by": "fallback"}


def test_a_full_refund_is_the_order_and_no_answer_refunds_an_order_in_time() -> None:
    full = RIGHT | {"refund_class": "full", "refund_usd": "20.00"}
    assert verdict(json.dumps(full), total_minutes=60.0)["by"] == "endpoint"
    less = json.dumps(full | {"refund_usd": "19.99"})
    assert verdict(less, total_minutes=60.0) == {"by": "fallback", "class": "full", "cents": 2000}
    for order in ({"total_minutes": 20.0}, {"history_deliveries": 3}):
        none = {"by": "fallback", "class": "none", "cents": 0}
        assert verdict(json.dumps(full), **order) == none
        assert verdict(json.dumps(RIGHT), **order) == none


@given(
    minutes=st.floats(0, 200), revenue=st.integers(0, 100_000), cents=st.integers(0, 10_000_000),
    refund_class=st.sampled_from(["none", "partial", "full"]),
)  # fmt: skip
def test_no_answer_moves_a_refund_out_of_the_bounds(
    minutes: float, revenue: int, cents: int, refund_class: str
) -> None:
    order = {"total_minutes": minutes, "revenue_cents": revenue}
    answer = RIGHT | {"refund_class": refund_class, "refund_usd": f"{cents / 100:.2f}"}
    found = verdict(json.dumps(answer), **order)
    own = verdict(None, None, **order)
    assert found["class"] == own["class"]
    assert found["cents"] <= revenue
    if found["class"] == "partial" and found["by"] == "endpoint":
        assert revenue * 0.1 <= found["cents"] <= revenue * 0.5
    else:
        assert found["cents"] == own["cents"]


def line(order_id: str, minute: int, outcome: str = "answered", **changed: Any) -> str:  # noqa: ANN401
    answer = RIGHT | changed if outcome == "answered" else None
    response = {
        "response_id": f"{order_id} {minute}", "agent": "refund", "subject_id": order_id,
        "asked_ts": f"2026-11-27 10:{minute:02}:00.000", "model": "m", "outcome": outcome,
        "answer": answer,
    }  # fmt: skip
    return json.dumps(response) + "\n"


VERDICTS = """
    select order_id, generated_by, refund_class, refund_usd::varchar, reason
    from recommender.refund_recommendations where refund_class <> 'none' order by all
"""


def verdicts_of(business: Business) -> dict[str, tuple[str, ...]]:
    return {row[0]: row[1:] for row in business.query(VERDICTS)}


@pytest.mark.thorough
def test_answers_that_land_later_change_their_days_as_a_full_refresh_does(
    business: Business,
) -> None:
    prompt = [
        one
        for day in range(4)
        for number in range(60)
        for one in order_life(
            f"order{day}-{number}", DAY + timedelta(days=day, minutes=number * 5),
            minutes=20 + number / 6, pings=0,
        )
    ]  # fmt: skip
    late = [
        one
        for day in (1, 2, 3)
        for name in ("a", "b", "12")  # a name of digits alone is a name, too
        for one in order_life(f"{name}{day}", DAY + timedelta(days=day, hours=9), minutes=29.2)
    ]
    folder = business.data / "landing" / "agent_responses"
    business.land("window-1.jsonl", prompt + late)
    business.build()
    verdicts = verdicts_of(business)
    assert verdicts["a1"][:2] == ("local", "partial")
    assert {row[0] for row in verdicts.values()} == {"local"}
    scored = (
        "select order_id, ts from recommender.refund_recommendations where order_id = 'order2-0'"
    )
    before = business.query(scored)

    folder.mkdir(parents=True)
    usd = {"refund_usd": "4.00"}
    (folder / "responses-1.jsonl").write_text(
        line("a1", 1, **usd)
        + line("b1", 1, refund_usd="10000.00")
        + line("123", 1, "timeout")
        + line("123", 2, **usd)
        + line("b3", 3, **usd)
        + line("nobody", 1)
        + "{}\nprose\n\n"
        + line("a3", 1, "no such outcome")
    )
    business.build("--select", "landed_agent_responses+")
    found = verdicts_of(business)
    assert found["a1"] == ("endpoint", "partial", "4.00", RIGHT["reason"])
    assert found["123"] == found["b3"] == found["a1"]
    assert found["b1"] == ("fallback", *verdicts["b1"][1:])
    assert found["a2"] == verdicts["a2"]
    assert found["a3"] == verdicts["a3"]
    assert business.query(scored) == before  # its day was not computed again
    assert business.query(
        "select rejection_code from lakeflow.landed_agent_responses "
        "where line_number > 6 order by line_number"
    ) == [
        ("response_id_missing",), ("not_an_object",), ("blank_line",), ("outcome_unknown",)
    ]  # fmt: skip

    # Complaints are answered likewise, each within its own policy.
    complaining = [
        str(row[0])
        for row in business.query(
            "select order_id from complaints.complaint_responses where priority = 'standard' "
            "order by order_id limit 2"
        )
    ]
    escalated = {
        "decision": "escalate", "credit_amount": "0.00", "confidence": "low",
        "priority": "standard", "rationale": "Let a person see it.", "customer_response": "Soon.",
    }  # fmt: skip
    greedy = escalated | {"decision": "suggest_credit", "credit_amount": "10000.00"}
    lines = [
        json.loads(line(order_id, 30)) | {"agent": "complaint", "answer": given}
        for order_id, given in zip(complaining, (escalated, greedy), strict=True)
    ]
    (folder / "responses-2.jsonl").write_text("\n".join(map(json.dumps, lines)))
    business.build("--select", "landed_agent_responses+")
    assert business.query(
        "select order_id, generated_by from complaints.complaint_responses "
        "where generated_by <> 'local' order by order_id"
    ) == [(complaining[0], "endpoint"), (complaining[1], "fallback")]
    assert found == verdicts_of(business), "an answer to a complaint is no verdict about a refund"

    # The newest answer counts, whatever the names of files say; a try without an answer does not.
    (folder / "responses-0.jsonl").write_text(
        line("a1", 5, refund_usd="5.00") + line("b3", 9, "refused") + line("b3", 2)
    )
    business.build("--select", "landed_agent_responses+")
    found = verdicts_of(business)
    assert (found["a1"][2], found["b3"][2]) == ("5.00", "4.00")
    tables = (
        "select * exclude (ts) from recommender.refund_recommendations order by all",
        "from complaints.complaint_candidates order by all",
        "from complaints.complaint_responses order by all",
    )
    incremental = [business.query(table) for table in tables]
    rebuilt = ("landed_agent_responses", "refund_candidates", "refund_recommendations")
    rebuilt += ("complaint_candidates", "raw_complaints", "complaint_responses")
    without = "--exclude-resource-type", "unit_test"
    business.dbt("build", "--full-refresh", *without, "--select", *rebuilt)
    assert [business.query(table) for table in tables] == incremental
