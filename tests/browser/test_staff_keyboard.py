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


def test_the_queue_is_worked_by_keys_alone(visit: Callable[[str], Visitor]) -> None:
    visitor = visit("desktop")
    page = visitor.page
    visitor.sign_in(visitor.staff_url, visitor.person(role="manager"))
    page.wait_for_selector("text=Sign out")
    page.goto(visitor.staff_url + "/queue/")

    page.keyboard.press("f")
    expect(page.get_by_label("Whose")).to_be_focused()
    page.keyboard.press("Escape")
    page.keyboard.press("j")
    what = page.locator("tr[aria-current=true] a").first.inner_text()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1, name=what)).to_be_visible()

    page.keyboard.press("w")
    expect(page.get_by_label("What you found out")).to_be_focused()
    page.keyboard.type("Called the payer; they look again.")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Called the payer; they look again.")
    here = page.url
    page.keyboard.press("n")
    page.wait_for_url(lambda url: url != here)
    visitor.look(re.compile("."))


def test_the_day_is_checked_by_keys_alone(visit: Callable[[str], Visitor]) -> None:
    visitor = visit("desktop")
    page = visitor.page
    visitor.sign_in(visitor.staff_url, visitor.person(role="manager"))
    page.wait_for_selector("text=Sign out")
    page.goto(visitor.staff_url + "/day/")

    lead = page.locator("main .page-header").inner_text()
    page.keyboard.press("p")
    expect(page.locator("main .page-header")).not_to_have_text(lead)
    visitor.look("Day")
    page.keyboard.press("b")
    expect(page.locator("[data-key=b] input:focus")).to_have_count(1)
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page.locator("main .page-header")).to_have_text(lead)
    page.wait_for_load_state()  # the keys listen when the page is whole
    page.keyboard.press("f")
    expect(page.get_by_label("Day", exact=True)).to_be_focused()
