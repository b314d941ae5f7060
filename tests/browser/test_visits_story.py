"""A visit on a phone: found by keyboard in the month, booked, moved and canceled, each page read by axe."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Visitor

NEXT_MONTH = re.compile(r"^[A-Z]\w+ \d{4}$")


def test_a_visit_is_found_by_keyboard_booked_moved_and_canceled(
    visit: Callable[[str], Visitor],
) -> None:
    visitor = visit("phone")
    page, person = visitor.page, visitor.person(face="patient")
    visitor.sign_in(visitor.patient_url, person)
    page.goto(f"{visitor.patient_url}/visits")
    visitor.look(re.compile("Your visits"), "visits")
    visitor.press("Book a visit", "link")
    if page.get_by_role("heading", level=1, name="Who is the visit for?").count():
        visitor.look("Who is the visit for?")
        page.locator("main .row-link").first.click()
    visitor.look("What kind of visit?", "visits-kind")
    page.locator("main .row-link").first.click()
    visitor.look("Choose a time", "visits-times")
    visitor.press(NEXT_MONTH, "link")  # today may be the last day of this one
    days = page.locator(".month a")
    days.nth(days.count() - 1).focus()
    expect(page.locator(".month a:focus .visually-hidden")).to_have_text(
        re.compile(r"^\w+day, \w+ \d+, \d+ free times?$")
    )
    page.keyboard.press("Enter")
    visitor.look("Choose a time")
    expect(page.locator(".month [aria-current=date]")).to_have_count(1)
    page.locator(".times button").first.press("Enter")
    visitor.look("Is this right?", "visits-confirm")
    visitor.press("Book this visit")
    expect(page.locator("#errors")).to_contain_text("Choose how it will be paid for.")
    page.get_by_label("I have no insurance. I pay by myself.").check()
    visitor.press("Book this visit")
    visitor.look("Your visit", "visits-booked")
    expect(page.locator("main")).to_contain_text("Your visit is booked.")
    visitor.press("Move it", "link")
    visitor.look("Choose a time")
    visitor.press(NEXT_MONTH, "link")
    page.locator(".month a").first.click()
    page.locator(".times button").last.click()
    visitor.look(re.compile("Move your visit"))
    visitor.press("Move my visit")
    visitor.look("Your visit")
    expect(page.locator("main")).to_contain_text("Your visit has a new time.")
    visitor.press("Cancel it", "link")
    visitor.look(re.compile("Cancel your visit"))
    page.get_by_label("Work or school").check()
    visitor.press("Cancel the visit")
    visitor.look("Your visit")
    expect(page.locator("main")).to_contain_text("Your visit is canceled.")
