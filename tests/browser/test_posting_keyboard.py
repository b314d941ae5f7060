"""A biller's morning without a mouse: many exceptions at once, denials, codes that stand for ours, the day."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Visitor


def test_OPS_3_a_billers_morning_by_keys_alone(visit: Callable[[str], Visitor]) -> None:
    visitor = visit("desktop")
    page = visitor.page
    visitor.sign_in(visitor.staff_url, visitor.person(role="manager"))
    page.wait_for_selector("text=Sign out")
    heading = page.get_by_role("heading", level=1)

    page.goto(visitor.staff_url + "/queue/?all=1")
    page.keyboard.press("j")
    page.keyboard.press("x")
    expect(page.locator("tr[aria-current=true] input[type=checkbox]")).to_be_checked()
    page.keyboard.press("b")
    expect(page.locator("#act")).to_be_focused()
    page.keyboard.press("Escape")
    page.locator("#act").focus()
    page.keyboard.press("Tab")  # all of this view
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(heading).to_have_text("Give many to somebody")
    visitor.look("Give many to somebody")

    page.goto(visitor.staff_url + "/denials/")
    visitor.look(re.compile("."))
    page.goto(visitor.staff_url + "/payers/codes")
    visitor.look("Codes that stand for ours")
    page.goto(visitor.staff_url + "/remittances/")
    visitor.look("Remittances")
    page.keyboard.press("j")
    if page.locator("tr[aria-current=true] a").count():
        page.keyboard.press("Enter")
        visitor.look("Remittance")
    page.goto(visitor.staff_url + "/day/")
    lead = page.locator("main .page-header").inner_text()
    page.keyboard.press("p")
    expect(page.locator("main .page-header")).not_to_have_text(lead)
    visitor.look("Day")
