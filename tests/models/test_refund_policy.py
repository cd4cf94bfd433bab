"""The refund policy (docs/contract.md, section 7) as a pure function of columns."""

import json
import math
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.refund_policy import MODEL, POLICY, with_lateness


def judged(**order: Any) -> dict[str, Any]:  # noqa: ANN401  (one value of each column)
    """Judge one order: P75 of 30, P99 of 50 and $20.00 unless said otherwise."""
    columns = {
        "total_minutes": 25.0,
        "p75_minutes": 30.0,
        "p99_minutes": 50.0,
        "revenue_cents": 2000,
        "history_deliveries": 500,
        **order,
    }
    table = pa.table(
        {
            name: pa.array([value], pa.int64() if isinstance(value, int) else pa.float64())
            for name, value in columns.items()
        }
    )
    table = with_lateness(table)
    verdict: dict[str, Any] = MODEL.judge(table, POLICY).to_pylist()[0]
    return verdict


@pytest.mark.parametrize(
    ("order", "refund_class", "cents", "reason"),
    [
        ({"total_minutes": 30.0}, "none", 0, "within the P75 of 30.0"),
        ({"total_minutes": 30.001}, "partial", 200, "0.0 minutes late: past the P75"),
        ({"total_minutes": 40.0}, "partial", 600, "10.0 minutes late: past the P75"),
        ({"total_minutes": 50.0}, "partial", 1000, "20.0 minutes late: past the P75"),
        ({"total_minutes": 50.001}, "full", 2000, "0.0 minutes late: past the P99"),
        (
            {"total_minutes": 90.0},
            "full",
            2000,
            "40.0 minutes late: past the P99 of 50.0",
        ),
        ({"total_minutes": 90.0, "history_deliveries": 49}, "none", 0, "Too little history"),
        ({"total_minutes": 90.0, "history_deliveries": 50}, "full", 2000, "P99"),
        ({"total_minutes": 90.0, "p75_minutes": None}, "none", 0, "Too little history"),
        (
            {"total_minutes": 90.0, "revenue_cents": None},
            "none",
            0,
            "basket of the order",
        ),
        ({"total_minutes": None}, "none", 0, "time from creation to delivery is unknown"),
        ({"total_minutes": 30.5, "p99_minutes": 30.0}, "full", 2000, "P99"),
        ({"total_minutes": 40.0, "revenue_cents": 1}, "partial", 0, "P75"),
        ({"total_minutes": 40.0, "revenue_cents": 0}, "partial", 0, "P75"),
        ({"total_minutes": 40.0, "revenue_cents": 5}, "partial", 2, "P75"),
    ],
)
def test_every_case_of_the_policy(
    order: dict[str, Any], refund_class: str, cents: int, reason: str
) -> None:
    verdict = judged(**order)
    assert (verdict["refund_class"], verdict["refund_cents"]) == (refund_class, cents)
    assert reason in verdict["reason"]


@given(
    minutes=st.lists(st.floats(0, 500), min_size=2, max_size=30),
    cents=st.integers(0, 1_000_000),
    p75=st.floats(1, 200),
    span=st.floats(0, 200),
)
def test_later_orders_never_get_less_and_no_refund_exceeds_what_was_paid(
    minutes: list[float], cents: int, p75: float, span: float
) -> None:
    minutes = sorted(minutes)
    count = len(minutes)
    orders = pa.table(
        {
            "total_minutes": minutes,
            "p75_minutes": [p75] * count,
            "p99_minutes": [p75 + span] * count,
            "revenue_cents": [cents] * count,
            "history_deliveries": [50] * count,
        }
    )
    refunds = MODEL.judge(with_lateness(orders), POLICY)["refund_cents"].to_pylist()
    assert refunds == sorted(refunds)
    assert all(0 <= refund <= cents for refund in refunds)


def test_the_response_is_the_json_of_the_contract() -> None:
    orders = pa.table(
        {
            "total_minutes": [40.0],
            "p75_minutes": [30.0],
            "p99_minutes": [50.0],
            "revenue_cents": [1999],
            "history_deliveries": [500],
        }
    )
    judgement = MODEL.judge(with_lateness(orders), POLICY)
    response = json.loads(MODEL.agent_response(judgement)[0].as_py())
    assert list(response) == ["refund_usd", "refund_class", "reason"]
    assert math.isclose(response["refund_usd"], 6.0)
    assert response["refund_class"] == "partial"


@pytest.mark.parametrize(
    ("numbers", "name"),
    [
        ({"partial_share_from": 0.6}, "refund_partial_share_from"),
        ({"partial_share_to": 1.2}, "refund_partial_share_to"),
        ({"history_days": 0}, "refund_history_days"),
        ({"minimum_deliveries": 0}, "refund_minimum_deliveries"),
    ],
)
def test_impossible_numbers_are_refused_by_name(numbers: dict[str, float], name: str) -> None:
    settings = {
        "history_days": 7,
        "minimum_deliveries": 50,
        "partial_share_from": 0.1,
        "partial_share_to": 0.5,
        **numbers,
    }
    with pytest.raises(ValueError, match=name):
        MODEL.RefundPolicy(**settings)
