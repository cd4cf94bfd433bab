"""Answers are kept as long as their build is the latest, and asked for once, also by many."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from apps.desk.kept import KeptQueries
from apps.desk.published import MissingTableError, Publication, PublishedTables
from apps.desk.warming import Warming, warm
from tests.apps.desk.many_days import publish_days


class Published(PublishedTables):
    """Tables that count what they are asked."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self.number = 1
        self.overtaken = False

    def query(self, statement: str, values: dict[str, object] | None = None) -> list[dict]:  # type: ignore[type-arg]
        self.asked.append(statement)
        time.sleep(0.05)
        if self.overtaken:
            self.number += 1
        return [{"build": self.number, "values": values}]

    def publication(self) -> Publication | None:
        return Publication(self.number, datetime(2026, 11, 27, tzinfo=UTC))


def test_a_question_is_asked_once_a_build_for_each_set_of_values() -> None:
    published = Published()
    kept = KeptQueries(published)
    for _ in range(3):
        assert kept.query("select 1", {"a": 1})[0]["build"] == 1
        assert kept.query("select 1", {"a": 2})[0]["values"] == {"a": 2}
    assert published.asked == ["select 1", "select 1"]
    published.number = 2
    assert kept.query("select 1", {"a": 1})[0]["build"] == 2


def test_many_who_ask_at_once_ask_once() -> None:
    published = Published()
    kept = KeptQueries(published)
    together = threading.Barrier(8)

    def ask(_: int) -> object:
        together.wait()
        return kept.query("select 1")[0]["build"]

    with ThreadPoolExecutor(8) as pool:
        assert [*pool.map(ask, range(8))] == [1] * 8
    assert len(published.asked) == 1


def test_what_a_build_overtook_is_not_kept() -> None:
    published = Published()
    published.overtaken = True
    kept = KeptQueries(published)
    kept.query("select 1")
    published.number, published.overtaken = 1, False
    kept.query("select 1")
    assert len(published.asked) == 2


def test_an_error_keeps_nobody_waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path))
    publish_days(tmp_path)
    kept = KeptQueries(PublishedTables())
    for _ in range(2):
        with pytest.raises(MissingTableError, match="has no nowhere"):
            kept.query("select * from lakeflow.nowhere")


def test_a_build_is_asked_when_it_comes_before_anybody_looks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path))
    monkeypatch.setattr("apps.desk.warming.LOOK_SECONDS", 0.02)
    published = PublishedTables()
    kept = KeptQueries(published)
    asked: list[str] = []
    query = published.query
    monkeypatch.setattr(
        published, "query", lambda *values: asked.append(str(values[0])) or query(*values)
    )
    warming = Warming(published, kept)
    warming.start()
    try:
        for build in (1, 2):
            publish_days(tmp_path, build=build)
            deadline = time.monotonic() + 20
            while sum("gold_data_quality_day" in each for each in asked) < build:
                assert time.monotonic() < deadline
                time.sleep(0.02)
    finally:
        warming.stop()
    count = len(asked)
    warm(kept)
    assert len(asked) == count
