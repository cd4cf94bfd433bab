"""The page *Now* as somebody sees it: what is played, counted, pointed at and read aloud."""

import os
import re
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from apps.desk.application import create_application
from apps.desk.settings import DeskSettings
from tests.apps.desk.window import (
    Order,
    begin_replay,
    delivered,
    land,
    leave_world,
    publish_window,
)
from tests.support.chromium import AXE, MODES_AND_WIDTHS, NEEDS_CHROMIUM, WIDE, browser
from tests.support.served_desk import served

__all__ = ["browser"]

pytestmark = NEEDS_CHROMIUM

HOUR = timedelta(hours=1)
NOON = datetime(2026, 11, 27, 12, 0)
END = NOON + 3 * HOUR
LONG_AGO = 1_000_000_000

# At the end: one waits, one cooks, one is packed, one is on the way; two are delivered, one is
# cancelled, and one was delivered before the window began.
ORDERS = [
    delivered("before", NOON - HOUR),
    delivered("early", NOON - timedelta(minutes=30)),
    delivered("middle", NOON + HOUR),
    Order("cancelled", NOON + HOUR, {"started": 5, "cancelled": 9}),
    Order("waits", END - timedelta(minutes=4), {}, driver_id=None),
    Order("cooks", END - timedelta(minutes=10), {"started": 3}, driver_id=None),
    Order("packed", END - timedelta(minutes=25), {"started": 3, "finished": 15, "arrived": 16}),
    delivered("driven", END - timedelta(minutes=30), driver_id="driver2"),
    delivered("last_week", NOON - timedelta(days=7)),
]


def _age(data: Path, build: int, published: float = LONG_AGO) -> None:
    """Have a build published at another time."""
    os.utime(data / "publications" / str(build) / "publication.json", (published, published))


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("CASPERS_DATA", str(tmp_path))
    monkeypatch.setenv("CASPERS_POSTGRES", "postgresql://127.0.0.1:1/nowhere")
    monkeypatch.setattr("apps.desk.updates.LOOK_SECONDS", 0.1)
    begin_replay(tmp_path)
    land(tmp_path, NOON, END)
    publish_window(tmp_path, 1, ORDERS)
    return tmp_path


@pytest.fixture
def open_now(data: Path, browser: Browser) -> Iterator[Callable[..., Page]]:
    """Open the page; all that it asks for is on the desk, and no script fails."""
    assert data
    contexts, asked, errors = [], set[str](), list[str]()
    with served(create_application(DeskSettings())) as address:

        def open_(
            *, scheme: str = "light", size: tuple[int, int] = WIDE, motion: str = "no-preference"
        ) -> Page:
            context = browser.new_context(
                color_scheme=scheme,  # type: ignore[arg-type]
                reduced_motion=motion,  # type: ignore[arg-type]
                viewport={"width": size[0], "height": size[1]},
            )
            contexts.append(context)
            page = context.new_page()
            page.on("request", lambda request: asked.add(request.url))
            page.on("pageerror", lambda error: errors.append(str(error)))
            page.goto(address)
            expect(page.get_by_role("slider")).to_be_enabled()
            return page

        yield open_
        for context in contexts:
            context.close()
        assert all(url.startswith(f"{address}/") for url in asked), asked
        assert errors == []


def _san_francisco(page: Page) -> Locator:
    return page.get_by_role("article", name="San Francisco")


def _counts(page: Page) -> list[str]:
    return [each.strip() for each in _san_francisco(page).locator("[data-stage]").all_inner_texts()]


def _move_to(page: Page, seconds: int) -> None:
    page.get_by_role("slider").evaluate(
        """(slider, seconds) => {
            slider.value = seconds;
            slider.dispatchEvent(new Event("input", { bubbles: true }));
        }""",
        seconds,
    )


def test_a_window_that_is_over_stands_at_its_end_and_says_so(
    open_now: Callable[..., Page], data: Path
) -> None:
    _age(data, 1)
    page = open_now()
    expect(page.locator("#about")).to_have_text(
        "The last landed window, 12:00 to 15:00, is over. The next has not come yet."
    )
    expect(page.locator("#time")).to_have_text("15:00:00")
    expect(page.locator("#day")).to_have_text("Fri, Nov 27")
    assert _counts(page) == ["1", "1", "1", "1", "2", "1"]
    article = _san_francisco(page)
    expect(article.locator(".busy")).to_have_text("1 of 6 cooking positions busy")
    expect(article.locator(".pips .on")).to_have_count(1)
    expect(article.locator("[data-today=orders]")).to_have_text("8")
    expect(article.locator("[data-today=revenue]")).to_have_text("$160")
    expect(article.locator(".compared")).to_have_text("Fri, Nov 20: 1, $20 (dashed)")
    expect(page.locator("#orders-change")).to_have_text("▲ 700 %")
    expect(page.locator("#open")).to_have_text("4")
    expect(page.locator("#couriers")).to_have_text("1")
    expect(page.locator("#age")).to_contain_text("days ago")


def test_what_no_table_says_is_there_where_the_loop_left_it(
    open_now: Callable[..., Page], data: Path
) -> None:
    _age(data, 1)
    page = open_now()
    expect(page.locator("#about")).to_contain_text("is over")
    world = _san_francisco(page).locator(".world")
    expect(world).to_be_hidden()
    map_without = _san_francisco(page).locator("canvas.moving").screenshot()
    leave_world(data, END)
    publish_window(data, 2, ORDERS)
    _age(data, 2)
    page = open_now()
    world = _san_francisco(page).locator(".world")
    expect(world.locator(".world-at")).to_have_text("At the window's end, 15:00")
    expect(world.locator("[data-world=couriers]")).to_have_text(
        "1 waiting, 1 driving, 0 at a door, 1 driving back, 1 off shift"
    )
    expect(world.locator("[data-world=equipment]")).to_have_text(
        "2 of 6 workstations (1 waiting), 1 of 6 ovens, 1 of 6 stoves"
    )
    expect(world.locator("[data-world=people]")).to_contain_text("4 waiting; 10 ordered in a day")
    with_world = _san_francisco(page).locator("canvas.moving").screenshot()
    assert with_world != map_without, "who drives back is drawn"
    page.locator("details.list summary").click()
    rows = page.locator("#world-table tbody tr")
    expect(rows).to_have_count(3)
    expect(rows.nth(1)).to_contain_text("driving back")
    _move_to(page, 3600)
    expect(world.locator(".world-at")).to_have_text("At the window's end, 15:00")


def test_another_moment_of_the_window_is_counted_as_it_was(
    open_now: Callable[..., Page], data: Path
) -> None:
    _age(data, 1)
    page = open_now()
    _move_to(page, 3600 + 6 * 60)  # 13:06: two orders are cooked
    expect(page.locator("#time")).to_have_text("13:06:00")
    assert _counts(page) == ["0", "2", "0", "0", "1", "0"]
    expect(page.locator("#about")).to_have_text(
        "Stopped in the last landed window, 12:00 to 15:00."
    )
    expect(page.get_by_role("slider")).to_have_attribute("aria-valuetext", "13:06")
    _move_to(page, 0)
    expect(page.locator("#time")).to_have_text("12:00:00")
    assert _counts(page) == ["0", "0", "0", "1", "0", "0"]
    expect(_san_francisco(page).locator("[data-today=orders]")).to_have_text("2")


def test_it_plays_from_when_the_build_was_published_and_can_be_stopped(
    open_now: Callable[..., Page],
) -> None:
    page = open_now()
    expect(page.locator("#about")).to_have_text(
        "Playing the last landed window, 12:00 to 15:00, at 60 times speed."
    )
    first = page.locator("#time").inner_text()
    expect(page.locator("#time")).not_to_have_text(first)
    page.keyboard.press("Space")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    page.wait_for_timeout(400)  # the frame that was being drawn is behind it
    stopped = page.locator("#time").inner_text()
    page.wait_for_timeout(400)
    expect(page.locator("#time")).to_have_text(stopped)
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_role("button", name="Pause")).to_be_visible()
    expect(page.locator("#time")).not_to_have_text(stopped)


def test_it_ends_by_itself_and_the_next_window_begins_by_itself(
    open_now: Callable[..., Page], data: Path
) -> None:
    page = open_now()
    _move_to(page, 3 * 3600 - 40)
    expect(page.get_by_role("button", name="Play it again")).to_be_visible()
    expect(page.locator("#said")).to_have_text("The window has been played to its end, 15:00.")
    land(data, END, END + 3 * HOUR)
    publish_window(data, 2, [*ORDERS, delivered("new", END + HOUR)])
    expect(page.locator("#about")).to_contain_text("Playing the last landed window, 15:00 to 18:00")
    expect(page.locator("#age")).to_have_text(re.compile("^just now|seconds ago$"))


def test_who_looks_at_another_moment_is_not_carried_away(
    open_now: Callable[..., Page], data: Path
) -> None:
    page = open_now()
    page.get_by_role("button", name="Pause").click()
    land(data, END, END + 3 * HOUR)
    publish_window(data, 2, [*ORDERS, delivered("new", END + HOUR)])
    newest = page.get_by_role("button", name="Show the newest window")
    expect(newest).to_be_visible()
    expect(page.locator("#about")).to_contain_text("12:00 to 15:00")
    newest.click()
    expect(page.locator("#about")).to_contain_text("15:00 to 18:00")
    expect(newest).to_be_hidden()


def test_reduced_motion_moves_nothing_by_itself(open_now: Callable[..., Page]) -> None:
    page = open_now(motion="reduce")
    expect(page.locator("#time")).to_have_text("15:00:00")
    page.wait_for_timeout(300)
    expect(page.get_by_role("button", name="Play it again")).to_be_visible()
    expect(page.locator("#about")).to_contain_text("Nothing moves by itself")
    page.get_by_role("button", name="Play it again").click()
    expect(page.locator("#time")).to_have_text(re.compile("12:0[1-9]:00"))


def test_an_order_is_chosen_by_keys_read_aloud_and_opened(
    open_now: Callable[..., Page], data: Path
) -> None:
    _age(data, 1)
    page = open_now()
    city = page.get_by_role("group", name="Map of San Francisco")
    city.focus()
    said = list[str]()
    for _ in range(4):
        page.keyboard.press("ArrowRight")
        said.append(page.locator("#said").inner_text())
    orders = [re.findall(r"Order (\w+), ([^,]+)", text)[0] for text in said]
    assert orders == [
        ("driven", "on the way"),
        ("packed", "packed"),
        ("cooks", "cooking"),
        ("waits", "waiting for the kitchen"),
    ]
    assert "30 min since it was placed, $20.00, courier driver2" in said[0]
    expect(_san_francisco(page).locator(".tip")).to_contain_text("Order waits, waiting")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url("**/orders/driven")


@pytest.mark.thorough
def test_a_courier_is_pointed_at_and_opened(open_now: Callable[..., Page], data: Path) -> None:
    _age(data, 1)
    page = open_now()
    city = page.get_by_role("group", name="Map of San Francisco")
    box = city.bounding_box()
    assert box is not None
    # Ten minutes on the way at the end: the courier is at the fix of minute 30, south-west.
    scale = box["width"] / (2 * 4.0 * 1.03) * 69.05
    x = box["width"] / 2 - 9 / 800 * 0.7903 * scale
    y = box["height"] / 2 + 9 / 1000 * scale
    city.hover(position={"x": x, "y": y})
    tip = _san_francisco(page).locator(".tip")
    expect(tip).to_contain_text("Order driven, on the way")
    city.hover(position={"x": 3, "y": box["height"] / 2})
    expect(tip).to_be_hidden()
    city.click(position={"x": x, "y": y})
    page.wait_for_url("**/orders/driven")


@pytest.mark.thorough
def test_the_table_has_what_the_maps_show(open_now: Callable[..., Page], data: Path) -> None:
    _age(data, 1)
    page = open_now()
    page.get_by_text("The same as a table").click()
    orders = page.get_by_role("table", name="Open orders")
    expect(orders.get_by_role("row")).to_have_count(5)
    expect(orders.get_by_role("row", name="cooks")).to_contain_text("San Franciscocooking10")
    couriers = page.get_by_role("table", name="Couriers at work")
    expect(couriers.get_by_role("row", name="driver2")).to_contain_text("on the waydriven")
    expect(couriers.get_by_role("row", name="driver1")).to_contain_text(
        "waits at the kitchenpacked"
    )
    kept = orders.get_by_role("row", name="driven").element_handle()
    _move_to(page, 3 * 3600 - 60)
    expect(orders.get_by_role("row", name="driven")).to_contain_text("29")
    assert kept is not None
    assert kept.evaluate("(row) => row.isConnected"), "a reader keeps its place"
    orders.get_by_role("link", name="cooks").click()
    page.wait_for_url("**/orders/cooks")


@pytest.mark.thorough
def test_nothing_is_drawn_while_nothing_moves(open_now: Callable[..., Page], data: Path) -> None:
    count = """() => new Promise((resolve) => {
        const context = document.querySelector("canvas.moving").getContext("2d");
        const clear = context.clearRect;
        let frames = 0;
        context.clearRect = function (...box) { frames += 1; return clear.apply(this, box); };
        setTimeout(() => resolve(frames), 1000);
    })"""
    assert open_now().evaluate(count) > 5
    publish_window(data, 2, ORDERS, published=LONG_AGO)
    page = open_now()
    expect(page.get_by_role("button", name="Play it again")).to_be_visible()
    page.wait_for_timeout(500)
    assert page.evaluate(count) == 0


@pytest.mark.parametrize(("scheme", "size"), MODES_AND_WIDTHS)
def test_it_is_accessible_in_both_modes_and_widths(
    open_now: Callable[..., Page], scheme: str, size: tuple[int, int]
) -> None:
    page = open_now(scheme=scheme, size=size)
    page.keyboard.press("Space")
    page.get_by_text("The same as a table").click()
    city = page.get_by_role("group", name="Map of San Francisco")
    _move_to(page, 3 * 3600 - 60)
    city.focus()
    page.keyboard.press("ArrowRight")
    expect(_san_francisco(page).locator(".tip")).to_be_visible()
    page.evaluate(AXE)
    violations = page.evaluate("axe.run()")["violations"]
    assert [(each["id"], [node["target"] for node in each["nodes"]]) for each in violations] == []
    wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
    assert not page.evaluate(wider), "it scrolls sideways"
