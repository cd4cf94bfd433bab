"""Chromium for tests of pages, and axe, which looks for what keeps people out."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import sync_playwright

from common.chromium import CHROMIUM_OPTIONS, find_chromium
from common.paths import PROJECT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

CHROMIUM = find_chromium()
OPTIONS = [*CHROMIUM_OPTIONS]
AXE = (PROJECT / "tests/apps/desk/vendor/axe-core-4.14.1.min.js").read_text(encoding="utf-8")
WIDE, PHONE = (1280, 900), (390, 844)

MODES_AND_WIDTHS = [
    pytest.param("dark", PHONE, id="dark-phone"),
    pytest.param("light", WIDE, id="light-wide", marks=pytest.mark.thorough),
    pytest.param("dark", WIDE, id="dark-wide", marks=pytest.mark.thorough),
    pytest.param("light", PHONE, id="light-phone", marks=pytest.mark.thorough),
]
"""Colour scheme and size of a page that has to be accessible."""
NEEDS_CHROMIUM = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium: `make install-browser`"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of a module."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield browser
        browser.close()
