"""A check-in on a phone from its first question to "You are ready", each page read by axe (SCH-12)."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Visitor

SIGNED = ("Consent to treatment", "Notice of privacy practices", "Assignment of benefits")


def test_SCH_12_a_visit_is_prepared_on_the_phone(visit: Callable[[str], Visitor]) -> None:
    visitor = visit("phone")
    page = visitor.page
    visitor.sign_in(visitor.patient_url, visitor.person(email="visita.rehearsal@example.com"))
    page.wait_for_selector("text=Your next visit")
    page.goto(f"{visitor.patient_url}/visits")
    visitor.press("Check in now", "link")
    visitor.look("Check in", "check-in")
    visitor.press(re.compile("^Continue"), "link")
    visitor.look("Who you are")
    page.get_by_label("Yes, this is right").check()
    visitor.press("Continue")
    visitor.look("How we reach you")
    expect(page.locator("main")).to_contain_text("ending in 0109")
    page.get_by_label("Yes, this is right").check()
    visitor.press("Continue")
    visitor.look("Your insurance")
    page.get_by_label("Yes, this is still right").check()
    visitor.press("Continue")
    visitor.look("Accident or work")
    for answer in page.get_by_label("No", exact=True).all():
        answer.check()
    visitor.press("Continue")
    visitor.look("Your health")
    page.get_by_role("group", name=re.compile("medicine")).get_by_label("No", exact=True).check()
    page.get_by_label("Nothing that I know of").check()
    visitor.press("Continue")
    expect(page.locator("#errors")).to_be_visible()  # smoking is not answered: the server says so
    page.get_by_label("Never").check()
    visitor.press("Continue")
    for title in (*SIGNED, "Who pays for your visit"):
        visitor.look(title, "check-in-sign" if title == SIGNED[0] else "")
        page.get_by_label("Your full name").fill("Visita Rehearsal")
        page.get_by_label(re.compile("^I have read this")).check()
        visitor.press("Sign and continue")
    visitor.look("What to pay", "check-in-pay")
    expect(page.locator("main")).to_contain_text("$25.00")
    page.get_by_label("Pay later, or at the desk").check()
    visitor.press("Continue without paying")
    visitor.look("Check in", "check-in-ready")
    expect(page.locator("main")).to_contain_text("You are ready for your visit.")
    for title in SIGNED:
        expect(page.get_by_role("link", name=title)).to_be_visible()
