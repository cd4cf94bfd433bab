"""Pages hear of builds: the stream, what it costs, how it ends, and what a page makes of it."""

import asyncio
import json
import re
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect, sync_playwright

from apps.desk.application import create_application
from apps.desk.published import Publication, PublishedTables
from apps.desk.settings import DeskSettings
from apps.desk.updates import Updates
from tests.support.chromium import CHROMIUM, OPTIONS
from tests.support.served_desk import served


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path))
    monkeypatch.setenv("CASPERS_POSTGRES", "postgresql://127.0.0.1:1/nowhere")
    monkeypatch.setattr("apps.desk.updates.LOOK_SECONDS", 0.05)
    return tmp_path


def _publish(data: Path, build: int) -> None:
    """Publish a build without tables as the business does: in a folder of its own, then a link."""
    folder = data / "publications" / str(build)
    folder.mkdir(parents=True)
    inventory = {"build": build, "token": str(build), "tables": []}
    (folder / "publication.json").write_text(json.dumps(inventory))
    (data / "link").symlink_to(folder)
    (data / "link").replace(data / "published")


def _events(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        if line.startswith("data: "):
            yield json.loads(line.removeprefix("data: "))


def test_a_page_hears_of_the_build_there_is_and_of_each_that_comes(data: Path) -> None:
    with (
        served(create_application(DeskSettings())) as address,
        httpx.Client(base_url=address, trust_env=False, timeout=30) as client,
        client.stream("GET", "/updates") as response,
    ):
        assert response.headers["content-type"].startswith("text/event-stream")
        assert response.headers["cache-control"] == "no-store"
        assert "default-src 'none'" in response.headers["content-security-policy"]
        events = _events(response.iter_lines())
        assert (first := next(events))["build"] is None
        assert first["published_ts"] is None
        for build in (3, 4):
            _publish(data, build)
            event = next(events)
            assert event["build"] == build
            assert event["published_ts"] <= event["now_ts"]


def test_a_silent_stream_is_kept_alive(data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("apps.desk.updates.KEEP_ALIVE_SECONDS", 0.05)
    _publish(data, 1)
    with (
        served(create_application(DeskSettings())) as address,
        httpx.stream("GET", f"{address}/updates", trust_env=False) as response,
    ):
        lines = response.iter_lines()
        assert next(_events(lines))["build"] == 1
        said = [next(lines) for _ in range(4)]
    assert ": nothing new" in said
    assert not any(line.startswith("event") for line in said), "what has not changed is no news"


def test_the_server_stops_while_pages_listen(data: Path) -> None:
    _publish(data, 1)
    whole = list[bytes]()

    def listen(address: str, listening: threading.Barrier) -> None:
        with httpx.stream("GET", f"{address}/updates", trust_env=False, timeout=60) as response:
            parts = response.iter_raw()
            text = b""
            while b"event: build" not in text:
                text += next(parts)
            listening.wait()
            # A stream that is cut raises: it has to end.
            whole.append(text + b"".join(parts))

    listening = threading.Barrier(6)
    with served(create_application(DeskSettings())) as address:
        threads = [threading.Thread(target=listen, args=[address, listening]) for _ in range(5)]
        for thread in threads:
            thread.start()
        listening.wait()
    for thread in threads:
        thread.join()
    assert len(whole) == 5
    assert all(b"event: build" in text for text in whole)


def test_many_who_listen_cost_one_look_and_nobody_costs_none(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("apps.desk.updates.LOOK_SECONDS", 0.01)
    builds = [Publication(number, datetime.now(UTC)) for number in range(1, 4)]
    looks = 0

    class Tables(PublishedTables):
        def publication(self) -> Publication | None:
            nonlocal looks
            looks += 1
            return builds[min(looks // 20, 2)]

    async def listen(updates: Updates) -> list[int]:
        heard = list[int]()
        async for text in updates.listen():
            heard += [event["build"] for event in _events(iter(text.splitlines()))]
            if heard and heard[-1] == 3:
                break
        return heard

    async def hear() -> tuple[list[list[int]], int]:
        updates = Updates(Tables())
        heard = await asyncio.gather(*(listen(updates) for _ in range(100)))
        await asyncio.sleep(0)
        after = looks
        await asyncio.sleep(0.2)
        assert looks - after <= 1, "nobody listens"
        updates.end()
        assert [text async for text in updates.listen() if "data" in text] == []
        return heard, after

    heard, after = asyncio.run(hear())
    assert all(each == sorted(set(each)) and each[-1] == 3 for each in heard)
    assert after < 200, "a hundred listen, one looks; each of them may look once when it comes"


def test_a_stream_is_refused_to_foreign_names(data: Path) -> None:
    assert data
    with (
        served(create_application(DeskSettings())) as address,
        httpx.Client(base_url=address, trust_env=False) as client,
    ):
        assert client.get("/updates", headers={"host": "elsewhere.example"}).status_code == 421


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium: `make install-browser`")
def test_a_page_says_how_old_its_tables_are_and_that_the_connection_is_lost(data: Path) -> None:
    _publish(data, 5)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        page = browser.new_page()
        with served(create_application(DeskSettings())) as address:
            page.add_init_script(
                """document.addEventListener("build", (event) => {
                    const heard = document.documentElement.dataset;
                    heard.builds = `${heard.builds || ""} ${event.detail}`;
                });"""
            )
            page.goto(f"{address}/no")  # any page does; this one needs no Postgres
            page.evaluate(
                """() => {
                    const old = new Date(Date.now() - 125000).toISOString();
                    document.querySelector("h1").dataset.ageOf = old;
                }"""
            )
            age = page.locator("[data-age-of]")
            expect(age).to_have_text("2 minutes ago")
            expect(page.locator("html")).to_have_attribute("data-builds", " 5")
            _publish(data, 6)
            expect(page.locator("html")).to_have_attribute("data-builds", " 5 6")
        expect(age).to_have_text(re.compile("^2 minutes ago; the connection is lost"))
        browser.close()
