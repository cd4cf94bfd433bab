"""Chromium, in which pages are looked at, and axe, which looks for what keeps people out."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
AXE = (Path(__file__).parent / "vendor" / "axe-core-4.14.1.min.js").read_text()
# The first moves nothing for somebody; the others keep Chromium from talking to the internet.
OPTIONS = [
    *("--no-sandbox", "--disable-background-networking", "--disable-component-update"),
    "--disable-sync",
]
WIDE, PHONE = (1280, 900), (390, 844)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of a module."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()
