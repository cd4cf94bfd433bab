"""The page in Chromium: it asks for nothing, everybody can read it, with and without scripts."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.reports.page.conftest import Reported
from tests.reports.page.small_business import HOSTILE
from tests.support.chromium import AXE, MODES_AND_WIDTHS, NEEDS_CHROMIUM, PHONE, WIDE, browser

__all__ = ["browser"]

pytestmark = NEEDS_CHROMIUM


@pytest.fixture
def open_page(browser: Browser, reported: Reported) -> Iterator[Callable[..., Page]]:
    """Open the page from its file; the file is all that is asked for, and no script fails."""
    contexts, asked, errors = [], list[str](), list[str]()

    def open_(scheme: str = "light", size: tuple[int, int] = WIDE, *, scripts: bool = True) -> Page:
        context = browser.new_context(
            color_scheme=scheme,  # type: ignore[arg-type]
            viewport={"width": size[0], "height": size[1]},
            java_script_enabled=scripts,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on("console", lambda message: errors.append(message.text))
        page.goto(reported.file.as_uri())
        if scripts:
            page.wait_for_selector("html[data-drawn=all]", timeout=60_000)
        return page

    yield open_
    assert asked == [reported.file.as_uri()] * len(contexts)
    assert errors == []
    for context in contexts:
        context.close()


@pytest.mark.parametrize(("scheme", "size"), MODES_AND_WIDTHS)
def test_it_is_accessible_in_both_modes_and_widths(
    open_page: Callable[..., Page], scheme: str, size: tuple[int, int]
) -> None:
    page = open_page(scheme, size)
    for details in page.locator("details").all():
        details.evaluate("each => { each.open = true; }")
    page.evaluate(AXE)
    violations = page.evaluate("axe.run()")["violations"]
    found = [(each["id"], [node["target"] for node in each["nodes"]]) for each in violations]
    assert found == []
    root = "document.documentElement"
    assert not page.evaluate(f"{root}.scrollWidth > {root}.clientWidth"), "it scrolls sideways"


def test_charts_are_as_wide_as_their_column_and_have_tooltips(
    open_page: Callable[..., Page],
) -> None:
    page = open_page()
    assert page.title() != "run"  # the name of a kitchen is no script
    panels = page.locator(".panel")
    assert panels.count() == page.locator(".panel svg").count() > 15
    for panel in panels.all():
        drawn = panel.locator("svg").bounding_box()
        assert drawn is not None
        column = panel.bounding_box()
        assert column is not None
        assert column["width"] - 12 < drawn["width"] <= column["width"]
    chart = page.locator("#refund-classes")
    chart.scroll_into_view_if_needed()
    chart.locator(".mark-rect.role-mark path").first.hover()
    tooltip = page.locator("#vg-tooltip-element")
    expect(tooltip).to_be_visible()
    expect(tooltip).to_contain_text("San Francisco")
    expect(tooltip).to_contain_text("of delivered orders")
    days = page.locator("#story-1")
    days.scroll_into_view_if_needed()
    days.locator(".mark-symbol path").nth(3).hover()
    expect(tooltip).to_contain_text("10 Jan 2026")


def test_charts_follow_the_mode_without_being_drawn_again(open_page: Callable[..., Page]) -> None:
    page = open_page("light")
    line = page.locator("#story-1 .mark-line path").first
    color = "path => getComputedStyle(path).stroke"
    light = line.evaluate(color)
    page.emulate_media(color_scheme="dark")
    dark = line.evaluate(color)
    assert light != dark
    page.emulate_media(media="print", color_scheme="dark")
    assert line.evaluate(color) == light  # ink on paper


def test_figures_tables_and_pictures_are_there_without_scripts(
    open_page: Callable[..., Page],
) -> None:
    page = open_page(size=PHONE, scripts=False)
    assert page.locator("[data-figure=orders]").inner_text() > "0"
    assert page.locator("#headline tbody tr").count() == 5
    assert page.get_by_role("heading", name=HOSTILE).count() == 1
    pictures = page.locator(".panel > svg")
    assert pictures.count() > 15
    for picture in pictures.all():
        box = picture.bounding_box()
        assert box is not None
        assert box["width"] <= PHONE[0]
        assert box["height"] > 50
    page.locator("#lateness details summary").first.click()
    expect(page.locator("#lateness details table").first).to_be_visible()


def test_it_prints(open_page: Callable[..., Page], tmp_path: Path) -> None:
    page = open_page()
    pages = page.pdf(path=tmp_path / "report.pdf", format="A4").count(b"/Type /Page\n")
    assert 3 < pages < 20
