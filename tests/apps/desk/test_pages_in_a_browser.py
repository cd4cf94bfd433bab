"""The desk as a manager works with it, by mouse and by keyboard, in Chromium."""

import re
from collections.abc import Callable, Iterator

import httpx
import psycopg
import pytest
from playwright.sync_api import Browser, Page, expect

from flows.postgres.server import Server
from tests.apps.desk.business import STORY
from tests.support.chromium import AXE, MODES_AND_WIDTHS, NEEDS_CHROMIUM, WIDE, browser
from tests.support.postgres import owner_url

__all__ = ["browser"]
PAGES = ["/queue", "/queue?q=nothing+fits", f"/orders/{STORY}", "/decisions", "/complaints", "/no"]

pytestmark = NEEDS_CHROMIUM


@pytest.fixture
def open_page(browser: Browser, desk: str, postgres: Server) -> Iterator[Callable[..., Page]]:
    """Open the desk; everything asked for is on the desk itself, and no script fails."""
    with psycopg.connect(owner_url(postgres)) as connection:
        connection.execute("truncate refunds.refund_decisions restart identity")
    contexts, asked, errors = [], set[str](), list[str]()

    def open_(path: str, scheme: str = "light", size: tuple[int, int] = WIDE) -> Page:
        context = browser.new_context(
            base_url=desk,
            color_scheme=scheme,  # type: ignore[arg-type]
            viewport={"width": size[0], "height": size[1]},
        )
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.add(request.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(path)
        return page

    yield open_
    for context in contexts:
        context.close()
    assert all(url.startswith((desk, "data:")) for url in asked), asked
    assert errors == []


@pytest.mark.parametrize(("scheme", "size"), MODES_AND_WIDTHS)
def test_pages_are_accessible_in_both_modes_and_widths(
    open_page: Callable[..., Page], desk: str, scheme: str, size: tuple[int, int]
) -> None:
    decision = {"order_id": STORY, "amount_usd": "11.00", "refund_class": "partial"}
    made = httpx.post(f"{desk}/api/refunds", json=decision | {"reason": "late"}, trust_env=False)
    assert made.status_code == 201
    for path in PAGES:
        page = open_page(path, scheme, size)
        page.evaluate(AXE)
        violations = page.evaluate("axe.run()")["violations"]
        found = [(each["id"], [node["target"] for node in each["nodes"]]) for each in violations]
        assert found == [], path
        wider = "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        assert not page.evaluate(wider), f"{path} scrolls sideways"


def test_a_manager_decides_with_the_keyboard_alone(
    open_page: Callable[..., Page], desk: str
) -> None:
    page = open_page("/queue?sort=order_ts")
    page.get_by_label("Your name").fill("Ada")
    page.get_by_label("Your name").blur()
    for key in ("j", "j", "k", "a"):  # the first order: approved
        page.keyboard.press(key)
    expect(page.get_by_role("status")).to_contain_text("Order order0001: refund of $1.10.")
    page.keyboard.press("d")  # the second, which is the chosen one now: denied, and undone
    expect(page.get_by_role("status")).to_contain_text("Order order0002: no refund.")
    page.keyboard.press("u")
    expect(page.get_by_role("status")).to_contain_text("Order order0002: undone.")
    first = page.get_by_label("Order order0001")
    expect(first).to_contain_text("$1.10 refunded by Ada", timeout=10_000)
    page.keyboard.press("/")
    expect(page.get_by_label("Search")).to_be_focused()
    page.keyboard.type("131 minutes")
    expect(page).to_have_url(re.compile("q=131"))
    expect(page.locator("li.row")).to_have_count(1)
    page.get_by_label("Search").blur()
    for key in ("j", "Enter"):
        page.keyboard.press(key)
    expect(page).to_have_url(re.compile("/orders/order0101"))
    stored = httpx.get(f"{desk}/api/recommendations/order0001", trust_env=False).json()
    assert (stored["decision"]["amount_usd"], stored["decision"]["decided_by"]) == ("1.10", "Ada")
    untouched = httpx.get(f"{desk}/api/recommendations/order0002", trust_env=False).json()
    assert untouched["status"] == "pending"


def test_a_manager_changes_an_amount_and_revises_it_with_the_mouse(
    open_page: Callable[..., Page], desk: str
) -> None:
    page = open_page("/queue?sort=-refund_usd&refund_class=partial")
    page.locator("li.row").first.get_by_role("link", name="Change").click()
    expect(page.get_by_role("heading", name="Order order0118")).to_be_visible()
    page.get_by_label("Amount in dollars").fill("7.5")
    page.get_by_label("Reason").fill("cold soup")
    page.get_by_role("button", name="Refund this amount").click()
    # Left before the moment for undoing it has passed: it counts.
    page.get_by_role("link", name="Decisions").click()
    row = page.get_by_role("cell", name="cold soup")
    for _ in range(50):  # it is sent while the next page is asked for
        if row.is_visible():
            break
        page.wait_for_timeout(100)
        page.reload()
    expect(row).to_be_visible()
    page.get_by_role("link", name="order0118").click()
    expect(page.locator(".verdict").first).to_contain_text("$7.50 refunded")
    page.get_by_label("Amount in dollars").fill("40")
    page.get_by_role("button", name="Revise the decision").click()
    expect(page.locator(".actions .verdict")).to_contain_text("$40.00 refunded", timeout=10_000)
    found = httpx.get(f"{desk}/api/recommendations/order0118", trust_env=False).json()
    assert (found["decision"]["refund_class"], found["decision"]["revises"]) == ("full", 1)


def test_who_comes_second_sees_what_the_first_decided(
    open_page: Callable[..., Page], desk: str
) -> None:
    page = open_page("/orders/order0007")
    decision = {"order_id": "order0007", "amount_usd": "0.00", "refund_class": "none"}
    decision |= {"reason": "too late", "decided_by": "Grace"}
    httpx.post(f"{desk}/api/refunds", json=decision, trust_env=False).raise_for_status()
    page.get_by_role("button", name="Approve").click()
    said = "order0007 was decided already: Denied by Grace."
    expect(page.get_by_role("status")).to_contain_text(said, timeout=10_000)


def test_filters_stay_in_the_address_and_cards_equal_the_summary(
    open_page: Callable[..., Page], desk: str
) -> None:
    page = open_page("/queue")
    page.get_by_label("Kitchen").select_option("Kitchen 2")
    expect(page).to_have_url(re.compile("location_id=2"))
    count = page.locator(".count").inner_text()
    page.reload()
    assert page.locator(".count").inner_text() == count
    expect(page.get_by_label("Kitchen")).to_have_value("2")
    summary = httpx.get(f"{desk}/api/summary", trust_env=False).json()
    assert page.locator("#queue-count").inner_text() == str(summary["queue_count"])
    page.get_by_role("link", name="Change").first.click()
    page.go_back()
    expect(page.get_by_label("Kitchen")).to_have_value("2")
