"""The Refund Manager API: what it answers, what it refuses, and that nobody is asked twice."""

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import httpx
import psycopg
import pytest

from apps.desk.application import create_application
from apps.desk.settings import DeskSettings, settings_from_environment
from flows.postgres.server import Server
from tests.apps.desk.business import HOSTILE_ORDER, ORDERS, REVENUE, STORY
from tests.support.postgres import owner_url
from tests.support.served_desk import served

HOSTILE_TEXTS = [
    "'; drop table refunds.refund_decisions; --",
    "' or '1'='1",
    '") or true --',
    "%",
    "_",
    "\\",
    "{0}",
    "%(limit)s",
    "'||pg_sleep(10)||'",
    "<script>",
    "\U0001f600",
    "a\x00b",
]


@pytest.fixture
def client(desk: str) -> httpx.Client:
    return httpx.Client(base_url=desk, trust_env=False, timeout=30)


@pytest.fixture(autouse=True)
def _no_decisions(postgres: Server) -> None:
    with psycopg.connect(owner_url(postgres)) as connection:
        connection.execute("truncate refunds.refund_decisions restart identity")


def _decision(order_id: str, **changed: object) -> dict[str, object]:
    wanted = {"order_id": order_id, "amount_usd": "5.00", "refund_class": "partial"}
    return wanted | {"reason": "late", "decided_by": "Ada"} | changed


def test_recommendations_come_in_pages_that_have_each_order_once(client: httpx.Client) -> None:
    first = client.get("/api/recommendations", params={"limit": 30}).json()
    assert first.keys() == {"items", "limit", "offset", "total", "next"}
    assert (first["limit"], first["offset"], first["total"]) == (30, 0, ORDERS * 2 // 3)
    item = first["items"][0]
    assert item["suggestion"] == {
        "refund_class": "full",
        "refund_usd": REVENUE,
        "reason": "Delivered in 149 minutes",
    }
    assert (item["status"], item["decision"]) == ("pending", None)
    assert item["order_ts"] == "2026-11-25T09:00:00.000Z"
    for sort in ("order_ts", "-order_ts", "refund_usd", "-refund_usd", "-total_minutes"):
        seen: list[str] = []
        parameters = {"limit": "7", "sort": sort, "include_zero": "true"}
        while True:
            page = client.get("/api/recommendations", params=parameters).json()
            seen += [each["order_id"] for each in page["items"]]
            if page["next"] is None:
                break
            parameters["after"] = page["next"]
        assert len(seen) == len(set(seen)) == page["total"] == ORDERS + 1
        by_offset = client.get(
            "/api/recommendations",
            params={"limit": 500, "sort": sort, "include_zero": True, "offset": 3},
        ).json()
        assert [each["order_id"] for each in by_offset["items"]] == seen[3:]


def test_filters_select_and_the_summary_counts_the_same(client: httpx.Client) -> None:
    assert client.post("/api/refunds", json=_decision("order0001")).status_code == 201
    denied = _decision("order0002", amount_usd="0.00", refund_class="none")
    assert client.post("/api/refunds", json=denied).status_code == 201

    def total(**parameters: object) -> int:
        answer = client.get("/api/recommendations", params=parameters)  # type: ignore[arg-type]
        return int(answer.json()["total"])

    summary = client.get("/api/summary").json()
    assert summary["recommendations_count"] == total(include_zero=True)
    for refund_class, number in summary["suggestions_by_class"].items():
        assert number == total(include_zero=True, refund_class=refund_class)
    assert summary["queue_count"] == total(status="pending")
    assert summary["pending_count"] == total(status="pending", include_zero=True)
    assert summary["decisions_count"] == total(status="decided") == 2
    assert summary["decisions_by_class"] == {"none": 1, "partial": 1, "full": 0}
    assert summary["decided_total_usd"] == "5.00"
    assert sum(total(location_id=number) for number in range(1, 5)) == total()
    assert total(q="ORDER000") == 6
    assert total(q="in 131 minutes") == 1
    assert total(q="order_001") == 0, "an underscore is no wildcard"


def test_a_decision_is_stored_once_with_the_suggestion_it_answers(client: httpx.Client) -> None:
    made = client.post("/api/refunds", json=_decision("order0001"))
    assert made.status_code == 201
    stored = made.json()
    assert stored["amount_usd"] == "5.00"
    assert stored["source_suggestion"] == {
        "refund_class": "partial",
        "refund_usd": "1.10",
        "reason": "Delivered in 31 minutes",
        "ts": "2026-11-20 11:00:00.000",
    }
    again = client.post("/api/refunds", json=_decision("order0001", amount_usd="7"))
    assert (again.status_code, again.json()["decision"]) == (409, stored)
    revised = client.post(
        "/api/refunds",
        json=_decision("order0001", amount_usd=REVENUE, refund_class="full", revises=stored["id"]),
    )
    assert revised.status_code == 201
    late = client.post("/api/refunds", json=_decision("order0001", revises=stored["id"]))
    assert (late.status_code, late.json()["decision"]) == (409, revised.json())
    found = client.get("/api/recommendations/order0001").json()
    assert (found["status"], found["decision"]) == ("decided", revised.json())


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"amount_usd": "-1"}, "greater than or equal to 0"),
        ({"amount_usd": "1e400"}, ""),
        ({"amount_usd": "NaN"}, ""),
        ({"amount_usd": "Infinity"}, ""),
        ({"amount_usd": "1.005"}, "decimal places"),
        ({"amount_usd": "9" * 40}, "digits"),
        ({"amount_usd": "40.01"}, "more than the order's revenue of 40.00"),
        ({"amount_usd": REVENUE}, "full if and only if"),
        ({"refund_class": "full"}, "full if and only if"),
        ({"refund_class": "none"}, "none if and only if"),
        ({"amount_usd": "0"}, "none if and only if"),
        ({"refund_class": "half"}, ""),
        ({"reason": "  "}, "at least 1 character"),
        ({"reason": "x" * 2001}, "at most 2000"),
        ({"reason": "a\x00b"}, "NUL"),
        ({"decided_by": "x" * 201}, "at most 200"),
        ({"revises": 4711}, "no decision about order"),
        ({"revises": 2**70}, ""),
        ({"surprise": 1}, "Extra inputs"),
        ({"order_id": ""}, "at least 1 character"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_stored(
    client: httpx.Client, changed: dict[str, object], said: str
) -> None:
    answer = client.post("/api/refunds", json=_decision("order0001") | changed)
    assert answer.status_code == 422, answer.text
    assert said in json.dumps(answer.json())
    assert client.get("/api/summary").json()["decisions_count"] == 0


def test_half_a_character_is_refused(client: httpx.Client) -> None:
    body = json.dumps(_decision("order0001")).replace("late", "\\ud800")
    headers = {"content-type": "application/json"}
    assert client.post("/api/refunds", content=body, headers=headers).status_code == 422


def test_an_unknown_order_is_404(client: httpx.Client) -> None:
    assert client.post("/api/refunds", json=_decision("nobody")).status_code == 404
    assert client.get("/api/orders/nobody/events").status_code == 404
    assert client.get("/api/recommendations/nobody").status_code == 404
    assert client.get("/orders/nobody").status_code == 404


def test_of_fifty_decisions_at_once_one_is_stored(client: httpx.Client, postgres: Server) -> None:
    with ThreadPoolExecutor(50) as managers:
        answers = [
            *managers.map(
                lambda number: client.post(
                    "/api/refunds", json=_decision("order0004", decided_by=f"manager {number}")
                ),
                range(50),
            )
        ]
    codes = [answer.status_code for answer in answers]
    assert (codes.count(201), codes.count(409)) == (1, 49)
    (stored,) = (answer.json() for answer in answers if answer.status_code == 201)
    assert all(a.json()["decision"] == stored for a in answers if a.status_code == 409)
    with psycopg.connect(owner_url(postgres)) as connection:
        rows = connection.execute("select count(*) from refunds.refund_decisions").fetchone()
    assert rows == (1,)


@pytest.mark.parametrize("text", HOSTILE_TEXTS)
def test_no_parameter_is_ever_part_of_a_statement(client: httpx.Client, text: str) -> None:
    parameters = ("limit", "offset", "after", "status", "refund_class", "location_id", "q", "sort")
    for name in parameters:
        for path in ("/api/recommendations", "/queue"):
            answer = client.get(path, params={name: text})
            assert answer.status_code in {200, 422}, (path, name, answer.text)
    for name in ("order_id", "category", "decision", "priority", "limit", "offset"):
        assert client.get("/api/complaints", params={name: text}).status_code in {200, 422}
    assert client.get("/decisions", params={"before": text}).status_code == 422
    for path in ("/api/orders/{}/events", "/orders/{}", "/api/recommendations/{}"):
        assert client.get(path.format(quote(text, safe=""))).status_code in {404, 422}
    for name in ("order_id", "reason", "decided_by"):
        answer = client.post("/api/refunds", json=_decision("order0007") | {name: text})
        assert answer.status_code in {201, 404, 409, 422}
    assert client.get("/api/recommendations/order0007").json()["suggestion"]["refund_usd"] == "1.70"


def test_events_and_complaints_of_an_order(client: httpx.Client) -> None:
    answer = client.get(f"/api/orders/{STORY}/events").json()
    kinds = [event["event_type"] for event in answer["events"]]
    assert answer["order_id"] == STORY
    assert kinds[:3] == ["order_created", "gk_started", "gk_finished"]
    assert (kinds.count("driver_ping"), kinds[-1]) == (10, "delivered")
    assert answer["events"] == sorted(answer["events"], key=lambda event: event["ts"])
    complaints = client.get("/api/complaints", params={"order_id": STORY}).json()
    assert (complaints["total"], complaints["items"][0]["credit_amount"]) == (1, "8.00")
    assert client.get("/api/complaints").json()["total"] == 2


def test_health_says_what_works(client: httpx.Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (
        200,
        {"status": "ok", "postgres": True, "published_build": 7},
    )


def test_foreign_names_and_pages_are_refused(client: httpx.Client) -> None:
    body = _decision("order0001")
    assert client.get("/queue", headers={"host": "evil.example"}).status_code == 421
    assert client.get("/queue", headers={"host": "localhost:1"}).status_code == 200
    for origin in ("https://evil.example", "null", "http://127.0.0.1:1", "http://localhost"):
        answer = client.post("/api/refunds", json=body, headers={"origin": origin})
        assert answer.status_code == 403, origin
    crossed = {"sec-fetch-site": "cross-site"}
    assert client.post("/api/refunds", json=body, headers=crossed).status_code == 403
    own = str(client.base_url)
    assert client.post("/api/refunds", json=body, headers={"origin": own}).status_code == 201


def test_bodies_without_end_are_refused(client: httpx.Client) -> None:
    assert client.post("/api/refunds", content=b"x" * 70_000).status_code == 413
    chunks = (b"x" * 10_000 for _ in range(20))
    assert client.post("/api/refunds", content=chunks).status_code == 413
    text = {"content-type": "text/plain"}
    body = json.dumps(_decision("order0001")).encode()
    assert client.post("/api/refunds", content=body, headers=text).status_code == 422


def test_text_of_others_is_never_markup(client: httpx.Client) -> None:
    order = _decision(STORY, decided_by="<b>Eve</b>", reason="<i>because</i>")
    assert client.post("/api/refunds", json=order).status_code == 201
    pages = ["/queue?sort=-order_ts", "/queue?q=<script>", "/decisions", "/complaints"]
    pages += [
        f"/orders/{STORY}",
        httpx.URL("http://x").copy_with(path=f"/orders/{HOSTILE_ORDER}").path,
    ]
    for path in pages:
        answer = client.get(path)
        assert answer.status_code == 200, path
        for text in ("<script>document", "<img src=x", "<b>Eve", "<i>because", '<script>"'):
            assert text not in answer.text, path
        policy = answer.headers["content-security-policy"]
        assert "script-src 'self'" in policy
        assert "unsafe" not in policy


def test_the_story_has_what_the_customer_wrote(client: httpx.Client) -> None:
    page = client.get(f"/orders/{STORY}").text
    assert "Cold soup! &lt;script&gt;" in page
    assert "order0004" in page, "the customer's earlier order"
    assert page.count('class="fix"') == 10


def test_a_trusted_proxy_says_who_decides(desk: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert desk
    monkeypatch.setenv("CASPERS_DESK_TRUST_PROXY", "1")
    settings = settings_from_environment("0.0.0.0")  # noqa: S104
    with (
        served(create_application(settings)) as address,
        httpx.Client(base_url=address, trust_env=False) as client,
    ):
        headers = {"x-forwarded-email": "ada@example.com", "host": "desk.example"}
        made = client.post("/api/refunds", json=_decision("order0001"), headers=headers)
        assert made.json()["decided_by"] == "ada@example.com"
        made = client.post("/api/refunds", json=_decision("order0002"), headers={})
        assert made.json()["decided_by"] is None
    monkeypatch.delenv("CASPERS_DESK_TRUST_PROXY")
    assert not settings_from_environment("127.0.0.1").trusts_proxy


def test_what_is_away_is_said(desk: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert desk
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path))
    with (
        served(create_application(DeskSettings())) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=30) as client,
    ):
        answer = client.get(f"/api/orders/{STORY}/events")
        assert answer.status_code == 503
        assert "make run" in answer.json()["detail"]
        page = client.get(f"/orders/{STORY}")
        assert page.status_code == 200
        assert "Nothing is published yet" in page.text
    monkeypatch.setenv("CASPERS_POSTGRES", "postgresql://127.0.0.1:1/nowhere")
    monkeypatch.setattr("apps.desk.database._WAIT_SECONDS", 0.5)
    with (
        served(create_application(DeskSettings())) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=30) as client,
    ):
        assert client.get("/healthz").status_code == 503
        for path in ("/api/summary", "/queue", "/orders/a", "/decisions"):
            answer = client.get(path)
            assert answer.status_code == 503
            assert "Postgres cannot be reached" in answer.text
        assert client.post("/api/refunds", json=_decision("order0001")).status_code == 503
