"""Business, quality and runs as people use them: with mouse, keys, no script, and a new build."""

import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, Page, expect

from flows.business.run_log import Outcome, RunRecord, Step, remove_runs, write_run
from tests.apps.desk.conftest import ControlRoom
from tests.apps.desk.many_days import publish_days
from tests.support.chromium import AXE, MODES_AND_WIDTHS, NEEDS_CHROMIUM, PHONE, WIDE, browser

__all__ = ["browser"]

PAGES = [
    *("/business", "/business?kitchen=2&measure=orders&curve=day", "/business?from=2030-01-01"),
    *("/quality", "/runs"),
]
WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"

pytestmark = NEEDS_CHROMIUM


@pytest.fixture
def open_page(browser: Browser, control_room: ControlRoom) -> Iterator[Callable[..., Page]]:
    """Open a page; all it asks for is on the desk, no script fails, nothing is refused."""
    contexts, asked, errors = [], set[str](), list[str]()
    write_run(control_room.data / "runs", _run(0))
    write_run(control_room.data / "runs", _run(1))

    def open_(
        path: str,
        scheme: str = "light",
        size: tuple[int, int] = WIDE,
        *,
        scripts: bool = True,
        clock: bool = False,
    ) -> Page:
        context = browser.new_context(
            base_url=control_room.address,
            color_scheme=scheme,  # type: ignore[arg-type]
            viewport={"width": size[0], "height": size[1]},
            java_script_enabled=scripts,
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.add(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.on(
            "console",
            lambda said: errors.append(said.text) if said.type in {"error", "warning"} else None,
        )
        if clock:
            page.clock.install()
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    remove_runs(control_room.data / "runs")
    assert all(url.startswith((control_room.address, "data:")) for url in asked), asked
    assert errors == []


def _run(number: int) -> RunRecord:
    steps = (Step(name="landing", seconds=1), Step(name="build", seconds=9))
    return RunRecord(
        began=datetime(2026, 11, 27, 20, 0) + timedelta(minutes=3 * number),
        seconds=10,
        outcome=Outcome.DONE if number else Outcome.FAILED,
        message="" if number else "dbt could not build a_model: fix it.",
        case="next window",
        events=500,
        virtual_from="day 70 20:00:00",
        virtual_to="day 70 23:00:00",
        steps=steps,
    )


@pytest.mark.thorough
@pytest.mark.parametrize(("scheme", "size"), MODES_AND_WIDTHS)
def test_pages_are_accessible_in_both_modes_and_widths(
    open_page: Callable[..., Page], scheme: str, size: tuple[int, int]
) -> None:
    for path in PAGES:
        page = open_page(path, scheme, size)
        # One table stands for all, which are long.
        for summary in page.locator("summary").all()[-1:]:
            summary.click()
        page.evaluate(AXE)
        violations = page.evaluate("axe.run()")["violations"]
        found = [(each["id"], [node["target"] for node in each["nodes"]]) for each in violations]
        assert found == [], path
        assert not page.evaluate(WIDER), f"{path} scrolls sideways"


def test_every_chart_has_title_unit_table_and_download(open_page: Callable[..., Page]) -> None:
    for path, least in (("/business", 13), ("/quality", 4), ("/runs", 2)):
        page = open_page(path)
        figures = page.locator("figure.chart").all()
        assert len(figures) >= least, path
        for figure in figures:
            assert figure.locator("h3").inner_text()
            assert figure.locator(".summary").inner_text()
            assert figure.locator(".unit").first.inner_text()
            assert figure.locator("tbody tr").count() >= 2
            address = figure.locator("a.download").get_attribute("href")
            assert page.request.get(address or "").headers["content-type"].startswith("text/csv")


def test_a_chart_is_read_with_the_keys_alone(open_page: Callable[..., Page]) -> None:
    page = open_page("/business?measure=orders&curve=day&kitchen=1&kitchen=3")
    chart = page.locator("#orders")
    slider = page.get_by_label("Read Orders by day")
    for _ in range(80):
        page.keyboard.press("Tab")
        if slider.evaluate("element => element === document.activeElement"):
            break
    expect(slider).to_be_focused()
    tip = chart.locator(".tip")
    expect(tip).to_contain_text("Fri Nov 27")
    page.keyboard.press("ArrowLeft")
    rows = chart.locator("tbody tr")
    day, *values = rows.nth(rows.count() - 2).locator("th, td").all_text_contents()
    said = f"{day}: San Francisco {values[0]}, Bellevue {values[1]}"
    expect(slider).to_have_attribute("aria-valuetext", said)
    expect(tip).to_contain_text(day)
    expect(tip).to_contain_text(values[1])
    page.keyboard.press("Home")
    expect(tip).to_contain_text("Fri Sep 18")
    page.keyboard.press("Escape")
    expect(tip).to_be_hidden()
    page.keyboard.press("Tab")
    expect(chart.locator("summary")).to_be_focused()
    page.keyboard.press("Enter")
    expect(chart.locator("table")).to_be_visible()


@pytest.mark.parametrize("size", [WIDE, PHONE])
def test_the_value_under_the_pointer_is_the_one_in_the_table(
    open_page: Callable[..., Page], size: tuple[int, int]
) -> None:
    page = open_page("/business?measure=orders&curve=day", size=size)
    chart = page.locator("#orders")
    plot = chart.locator(".hit")
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box is not None
    for point in (0, 30, 70):
        page.mouse.move(box["x"] + box["width"] * (point + 0.5) / 71, box["y"] + 30)
        texts = chart.locator("tbody tr").nth(point).locator("th, td").all_text_contents()
        tip = chart.locator(".tip")
        for text in texts:
            expect(tip).to_contain_text(text)
        inside = tip.bounding_box()
        assert inside is not None
        assert inside["x"] >= 0
        assert inside["x"] + inside["width"] <= size[0]
        line = chart.locator(".cursor").bounding_box()
        assert line is not None
        assert abs(line["x"] - box["x"] - box["width"] * (point + 0.5) / 71) < 2
    page.mouse.move(box["x"], 5)
    expect(chart.locator(".tip")).to_be_hidden()


def test_filters_work_at_once_and_stay_in_the_address(open_page: Callable[..., Page]) -> None:
    page = open_page("/business")
    page.get_by_role("checkbox", name="Bellevue").check()
    expect(page).to_have_url(re.compile("kitchen=3"))
    expect(page.locator("#orders thead th")).to_have_count(2)
    page.get_by_label("Measure").select_option("Revenue")
    expect(page).to_have_url(re.compile("measure=revenue"))
    expect(page.locator("#results figure")).to_have_count(1)
    page.locator("#from").fill("2026-11-02")
    page.locator("#from").blur()
    expect(page.locator("#results .lead")).to_contain_text("from Mon Nov 2")
    shown = page.locator("#revenue tbody").text_content()
    page.reload()
    assert page.locator("#revenue tbody").text_content() == shown
    expect(page.get_by_role("checkbox", name="Bellevue")).to_be_checked()
    expect(page.locator("#from")).to_have_value("2026-11-02")
    # A chart that came with a filter is read like one that came with the page.
    page.get_by_label("Read Revenue by day").focus()
    expect(page.locator("#revenue .tip")).to_contain_text("Fri Nov 27")


def test_without_scripts_charts_are_drawn_and_filters_work(open_page: Callable[..., Page]) -> None:
    page = open_page("/business", scripts=False)
    assert page.locator("figure .curve").count() > 10
    expect(page.get_by_label("Read Orders by day")).to_be_hidden()
    page.get_by_role("checkbox", name="Silicon Valley").check()
    page.get_by_label("Measure").select_option("Late orders")
    page.get_by_role("search", name="What is shown by day").get_by_role("button").click()
    expect(page).to_have_url(re.compile("kitchen=2.*measure=late.*#by-day"))
    expect(page.locator("#results figure")).to_have_count(1)
    expect(page.get_by_role("checkbox", name="Silicon Valley")).to_be_checked()
    page.locator("#late summary").click()
    expect(page.locator("#late tbody tr").first).to_be_visible()


def test_a_new_build_is_shown_and_leaves_everything_as_it_was(
    open_page: Callable[..., Page], control_room: ControlRoom
) -> None:
    page = open_page("/business?measure=orders&curve=day")
    page.locator("#orders summary").click()
    slider = page.get_by_label("Read Orders by day")
    slider.focus()
    page.keyboard.press("Home")
    page.evaluate("document.querySelector('#orders').dataset.old = 'yes'")
    runs = open_page("/runs")
    expect(runs.locator("#log tbody tr")).to_have_count(3)
    try:
        write_run(control_room.data / "runs", _run(2))
        publish_days(control_room.data, build=8)
        expect(page.locator("footer")).to_contain_text("build 8", timeout=10_000)
        expect(page.locator("#orders[data-old]")).to_have_count(0)
        expect(page.locator("#orders-table")).to_have_attribute("open", "")
        expect(slider).to_be_focused()
        expect(slider).to_have_value("0")
        expect(runs.locator("#log tbody tr")).to_have_count(4, timeout=10_000)
    finally:
        publish_days(control_room.data, build=9)


def test_a_window_that_failed_is_shown_without_a_build(
    open_page: Callable[..., Page], control_room: ControlRoom
) -> None:
    page = open_page("/runs", clock=True)
    expect(page.locator("#log tbody tr")).to_have_count(3)
    write_run(control_room.data / "runs", _run(2).model_copy(update={"message": "Fix it."}))
    page.clock.fast_forward(21_000)
    expect(page.locator("#log tbody")).to_contain_text("Fix it.")
