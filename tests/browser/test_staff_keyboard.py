"""The office without a mouse: find an account, walk its bills, open its pages, work the queue."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Visitor


def test_search_move_open_and_help_by_keys_alone(visit: Callable[[str], Visitor]) -> None:
    visitor = visit("desktop")
    page = visitor.page
    visitor.sign_in(visitor.staff_url, visitor.person(role="manager"))
    page.wait_for_selector("text=Sign out")
    page.goto(visitor.staff_url + "/")

    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    page.keyboard.type("demmo devon")  # mistyped, and still the only one of his name
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(re.compile("Account|Search"))
    if page.locator("h1").inner_text() == "Search":
        page.keyboard.press("j")
        page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Account")).to_be_visible()
    visitor.look("Account")
    expect(page.locator("main")).to_contain_text("Devon Demo")
    below = page.locator("table[data-rows-open]").bounding_box()
    assert below is not None
    assert below["y"] < 800, "the bills begin on the first screen"

    page.keyboard.press("2")  # the second tab
    expect(page.get_by_role("heading", level=1, name="Ledger")).to_be_visible()
    page.keyboard.press("1")
    expect(page.get_by_role("heading", level=1, name="Account")).to_be_visible()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("k")
    first = page.locator("table[data-rows-open] tbody tr").first
    expect(first).to_have_attribute("aria-current", "true")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name="Bill")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("heading", level=1, name="Keys")).to_be_visible()
    visitor.look("Keys")
