"""Simulated managers decide as people do, and the same at every run."""

from collections import Counter
from decimal import Decimal

import httpx
import psycopg
import pytest

from apps.desk.manager import decide_all, decisions_about, main
from flows.postgres.server import Server
from tests.apps.desk.business import HOSTILE_ORDER
from tests.support.postgres import owner_url


def _recommendation(number: int) -> dict[str, object]:
    suggestion = {"refund_usd": "10.00", "refund_class": "partial", "reason": "late"}
    return {"order_id": f"order {number}", "order_revenue": "40.00", "suggestion": suggestion}


def test_habits_hold_and_equal_seeds_decide_equally() -> None:
    decided = [[*decisions_about(_recommendation(number), 1)] for number in range(3_000)]
    assert decided == [[*decisions_about(_recommendation(number), 1)] for number in range(3_000)]
    assert decided[:100] != [[*decisions_about(_recommendation(n), 2)] for n in range(100)]
    first = [each[0] for each in decided if each]
    assert 0.90 < len(first) / len(decided) < 0.94
    amounts = Counter(
        "as suggested" if amount == 10 else "denied" if not amount else "changed"
        for amount in (Decimal(each["amount_usd"]) for each in first)
    )
    assert 0.74 < amounts["as suggested"] / len(first) < 0.86
    assert 0.06 < amounts["denied"] / len(first) < 0.13
    assert any(len(each) == 2 for each in decided)


def test_all_that_is_pending_is_decided_once(
    desk: str, postgres: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    with httpx.Client(base_url=desk, trust_env=False) as client:
        assert decide_all(client, limit=5) == 5
        left = decide_all(client)
        assert decide_all(client) == 0, "what was left out stays left out"
        summary = client.get("/api/summary").json()
    with psycopg.connect(owner_url(postgres)) as connection:
        rows = connection.execute(
            "select count(*), count(distinct order_id) from refunds.refund_decisions"
        ).fetchone()
        found = connection.execute(
            "select from refunds.refund_decisions where order_id = %s", [HOSTILE_ORDER]
        )
        assert found.rowcount == 0, "nothing above $0 is suggested for it"
    assert rows is not None
    assert rows[0] == left + 5
    assert rows[1] == summary["decisions_count"] > 60
    assert main(["--once", "--desk", desk]) == 0
    assert capsys.readouterr().out == "0 decisions.\n"
    assert main(["--once", "--desk", "http://127.0.0.1:1"]) == 1
    assert "make desk" in capsys.readouterr().err
