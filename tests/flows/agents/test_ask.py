"""What is asked, what lands of it, and what survives an endpoint of any kind."""

import json
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest

from common.errors import BusyError, UserError
from flows.agents.__main__ import main
from flows.agents.ask import Asked, ask, ask_and_describe, format_asked
from flows.agents.endpoint import Endpoint, endpoint_from_environment
from flows.agents.outcomes import Outcome
from tests.flows.agents.chat_server import INJECTED, ChatServer

TOKEN = "secret-4711"  # noqa: S105
_WAIT_SECONDS = 30


@pytest.fixture
def server() -> Iterator[ChatServer]:
    server = ChatServer()
    yield server
    server.close()


@pytest.fixture(autouse=True)
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path))
    for name in ("URL", "MODEL", "TOKEN"):
        monkeypatch.delenv(f"CASPERS_LLM_{name}", raising=False)
    return tmp_path


def publish(data: Path, *late: str, on_time: tuple[str, ...] = ()) -> None:
    """Publish recommendations; later named orders were delivered earlier."""
    (data / "published").mkdir(exist_ok=True)
    file = data / "published" / "caspers.duckdb"
    file.unlink(missing_ok=True)
    with duckdb.connect(str(file)) as connection:
        connection.execute(
            """create schema recommender;
            create table recommender.refund_recommendations (
              order_id varchar, refund_class varchar, delivered_day date, total_minutes double,
              p50_minutes decimal(12, 3), p75_minutes decimal(12, 3), p99_minutes decimal(12, 3),
              order_revenue decimal(18, 2), refund_usd decimal(10, 2))"""
        )
        rows = [(order_id, "partial") for order_id in late]
        for number, row in enumerate([*rows, *((order_id, "none") for order_id in on_time)]):
            connection.execute(
                "insert into recommender.refund_recommendations values "
                "(?, ?, date '2024-03-31' - ?, 45.0, 25, 30, 60, 20, 6)",
                [*row, number],
            )


def endpoint(server: ChatServer, **limits: Any) -> Endpoint:  # noqa: ANN401
    settings = {"url": server.url, "model": "judge-1", "token": TOKEN, "timeout_seconds": 5}
    return Endpoint.model_validate(settings | limits)


def landed(data: Path) -> list[dict[str, Any]]:
    files = sorted((data / "landing" / "agent_responses").glob("*.jsonl"))
    return [json.loads(line) for file in files for line in file.read_text().splitlines()]


def asked(server: ChatServer, **limits: Any) -> Asked:  # noqa: ANN401
    found = ask(endpoint(server, **limits))
    assert found is not None
    return found


def release_after(server: ChatServer, subject_id: str, times: int) -> None:
    """Let the server answer what it holds, a while after it was asked once more."""
    while server.asked[subject_id] <= times:
        time.sleep(0.01)
    time.sleep(0.5)
    server.released.set()


def test_every_kind_of_endpoint_lands_one_line_a_question(
    server: ChatServer, data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    expected = {
        "right": "answered", "busy": "answered", INJECTED: "answered", "odd letters": "answered",
        "prose": "invalid", "wrong schema": "invalid", "no number": "invalid",
        "greedy": "invalid", "half a letter": "invalid", "web page": "invalid",
        "refusal": "refused", "away": "unavailable",
    }  # fmt: skip
    publish(data, *expected, on_time=("on time",))
    first = asked(server, timeout_seconds=20, retries=1, concurrency=8)
    lines = {line["subject_id"]: line for line in landed(data)}
    assert {key: line["outcome"] for key, line in lines.items()} == expected
    right = lines["right"]
    assert right["answer"] == {
        "refund_class": "partial", "refund_usd": "6.50", "reason": "45 minutes, past P75 of 30."
    }  # fmt: skip
    assert (right["agent"], right["model"], len(right["asked_ts"])) == ("refund", "judge-1", 23)
    assert lines["odd letters"]["answer"]["reason"] == "late <script>"
    assert all(
        (line["answer"] is None) == (line["outcome"] != "answered") for line in lines.values()
    )
    assert server.asked["busy"] == server.asked["away"] == 2
    assert "between 10% and 50%" in server.log[0]["system"]
    assert "10,000" not in server.log[0]["system"]
    assert first.outcomes[Outcome.ANSWERED] == 4
    assert "4 of 12 questions answered" in format_asked(first)
    assert "not in the form that was asked for: 5" in format_asked(first)

    # Only what says nothing about the question is asked again.
    publish(data, *expected, "held")
    assert asked(server, questions=1, timeout_seconds=0.2).outcomes == {Outcome.TIMEOUT: 1}
    # What is held is answered after what is away: both are asked at the same time.
    release = threading.Thread(target=release_after, args=[server, "away", server.asked["away"]])
    release.start()
    again = asked(server, retries=0)
    release.join()
    assert again.outcomes == {Outcome.ANSWERED: 1, Outcome.UNAVAILABLE: 1}
    publish(data, *(set(expected) - {"away"}), "held")
    assert format_asked(asked(server)) == ""
    assert [line["subject_id"] for line in landed(data)[12:]] == ["held", "away", "held"]
    responses = [line["response_id"] for line in landed(data)]
    assert len(responses) == len(set(responses)) == 15
    output = capsys.readouterr()
    assert TOKEN not in output.out + output.err + json.dumps(landed(data))


def test_limits_hold_the_newest_are_asked_first_and_an_endpoint_that_is_away_is_left_alone(
    server: ChatServer, data: Path
) -> None:
    publish(data, *(f"right#{number}" for number in range(9)))
    assert asked(server, questions=4, concurrency=1).waiting == 5
    assert list(server.asked) == [f"right#{number}" for number in range(4)]
    publish(data, "right#new", *(f"away#{number}" for number in range(9)))
    found = asked(server, concurrency=1, retries=0)
    assert (found.outcomes.total(), found.waiting, found.gave_up) == (2, 8, True)
    assert "8 wait for later runs" in format_asked(found)
    # What has failed before waits behind what was never asked.
    asked(server, concurrency=1, retries=0)
    assert server.asked["away#0"] == server.asked["away#1"] == 1


def test_two_at_once_and_a_kill_in_the_middle_lose_and_repeat_nothing_that_has_landed(
    server: ChatServer, data: Path
) -> None:
    publish(data, *(f"right#{number:02}" for number in range(20)), "held", "right#last")
    child = os.fork()
    if child == 0:
        ask(endpoint(server, timeout_seconds=30, concurrency=1))
        os._exit(0)
    deadline = time.monotonic() + _WAIT_SECONDS
    while not server.asked["held"] and time.monotonic() < deadline:
        time.sleep(0.01)
    with pytest.raises(BusyError, match="Another run is asking"):
        ask(endpoint(server))
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    server.released.set()
    assert len(landed(data)) == 20
    with (data / "landing" / "agent_responses" / "damaged.jsonl").open("w") as file:
        file.write('{"agent": "refund"\n')
    found = asked(server)
    assert (found.outcomes, found.unreadable) == ({Outcome.ANSWERED: 2}, 1)
    assert "1 landed lines cannot be read" in format_asked(found)
    (data / "landing" / "agent_responses" / "damaged.jsonl").unlink()
    lines = landed(data)
    assert len(lines) == len({line["subject_id"] for line in lines}) == 22
    assert [server.asked[f"right#{number:02}"] for number in range(20)] == [1] * 20
    assert not (data / "landing" / "agent_responses" / "_agents" / "staging").exists() or not list(
        (data / "landing" / "agent_responses" / "_agents" / "staging").iterdir()
    )


def test_a_wrong_setting_stops_with_a_message_that_has_no_key_and_stops_no_window(
    server: ChatServer, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASPERS_LLM_URL", server.url)
    monkeypatch.setenv("CASPERS_LLM_MODEL", "judge-1")
    assert "no build is published there" in ask_and_describe()
    publish(data, "right")
    server.status = 401
    assert "correct CASPERS_LLM_TOKEN" in ask_and_describe()
    with pytest.raises(UserError, match="correct CASPERS_LLM_TOKEN") as error:
        ask(endpoint(server))
    assert TOKEN not in str(error.value)
    assert landed(data) == []


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"URL": "no address:pass"}, "CASPERS_LLM_URL has to be a URL"),
        ({"URL": "http://far.example/v1"}, "unencrypted"),
        ({"MODEL": ""}, "CASPERS_LLM_MODEL is not"),
        ({"CONCURRENCY": "many"}, "CASPERS_LLM_CONCURRENCY=many"),
    ],
)
def test_settings_that_cannot_be_used_are_named(changed: dict[str, str], message: str) -> None:
    settings = {"URL": "https://far.example/v1", "MODEL": "m", "TOKEN": TOKEN} | changed
    with pytest.raises(UserError, match=message) as error:
        endpoint_from_environment({f"CASPERS_LLM_{key}": value for key, value in settings.items()})
    assert TOKEN not in str(error.value)


def test_without_an_endpoint_nothing_happens(
    data: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ask() is None
    assert ask_and_describe() == ""
    assert main(["ask"]) == 0
    assert "the policy decides alone" in capsys.readouterr().out
    assert not (data / "landing").exists()
