"""The pages of Evidence, built and looked at in Chromium: their numbers are those of the tables."""

from __future__ import annotations

import functools
import http.server
import os
import shutil
import subprocess
import threading
from typing import TYPE_CHECKING

import duckdb
import pytest

from common.paths import PROJECT
from tests.support.chromium import NEEDS_CHROMIUM, browser

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

__all__ = ["browser"]

pytestmark = [
    *NEEDS_CHROMIUM,
    pytest.mark.long,
    pytest.mark.skipif(shutil.which("npm") is None, reason="Evidence needs Node.js"),
]
BUILD = PROJECT / "reports" / "evidence" / "build"
PAGES = ("", "kitchens", "brands", "lateness", "refunds", "couriers", "quality")


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A business of its own, and the pages built over it."""
    data = tmp_path_factory.mktemp("evidence") / "data"
    environment = {**os.environ, "CASPERS_DATA": str(data)}
    for command in (
        ["python", "-m", "generator", "canonical", "--days", "14"],
        ["python", "-m", "flows.replay", "run", "--start-day", "12"],
        ["dbt", "build", "--exclude", "resource_type:unit_test"],
        ["python", "-m", "flows.publication"],
    ):
        program = PROJECT / ".venv" / "bin" / command[0]
        subprocess.run([program, *command[1:]], cwd=PROJECT, env=environment, check=True)
    subprocess.run(["make", "evidence", "NO_SERVER=1"], cwd=PROJECT, env=environment, check=True)
    return data / "published" / "caspers.duckdb"


@pytest.fixture(scope="module")
def address(published: Path) -> Iterator[str]:
    """The pages, served on loopback."""
    assert published.exists()
    handler = functools.partial(http.server.SimpleHTTPRequestHandler, directory=str(BUILD))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="module")
def page(browser: Browser) -> Page:
    """A page that remembers what it asked for."""
    return browser.new_page()


def ask(published: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(published), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_every_page_draws_and_asks_nobody_else(address: str, page: Page) -> None:
    asked: list[str] = []
    failed: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: failed.append(str(error)))
    for name in PAGES:
        page.goto(f"{address}/{name}", wait_until="networkidle")
        page.wait_for_selector("h1")
        page.wait_for_timeout(2000)
        text = page.inner_text("main")
        assert "Error" not in text, name
        assert page.locator("canvas, svg, table").count() > 0, name
    assert failed == []
    assert [url for url in asked if not url.startswith((address, "data:", "blob:"))] == []


def test_numbers_are_those_of_the_tables(address: str, page: Page, published: Path) -> None:
    ((orders, late),) = ask(
        published,
        "select count(*), count(*) filter (where is_late) / count(is_late) "
        "from lakeflow.fct_orders",
    )
    page.goto(address, wait_until="networkidle")
    page.wait_for_selector(f"text={orders:,}")
    assert f"{late:.1%}" in page.inner_text("main")
    by_kitchen = ask(
        published,
        "select name, count(*) filter (where late_cause = 'kitchen') from lakeflow.fct_orders "
        "inner join lakeflow.dim_location using (location_id) group by name order by name",
    )
    page.goto(f"{address}/lateness", wait_until="networkidle")
    for kitchen, orders_late in by_kitchen:
        row = page.locator("tr:visible", has_text=str(kitchen)).first
        row.wait_for()
        assert f"{orders_late:,}" in row.inner_text()
