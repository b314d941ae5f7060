"""Somebody who never spoke to the practice: from the home page to their own bills, without a letter and without staff."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor

PASSWORD = "three herons over a pond"
WHO = {
    "phone": ("Practica", "Fixture", "3/14/1974", "614-555-0108", "614-555-0190"),
    "desktop": ("Draftina", "Standin", "3/14/1997", "614-555-0112", "614-555-0191"),
}


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_ID_1_ID_2_from_the_home_page_to_the_own_bills(
    size: str, visit: Callable[[str], Visitor]
) -> None:
    visitor = visit(size)
    register(visitor)
    second_step(visitor)
    visitor.look("Welcome", "newcomer")
    expect(visitor.page.locator("main")).to_contain_text("You see no bills yet")
    details(visitor)
    link(visitor)


def register(visitor: Visitor) -> None:
    """One idea a screen."""
    first, last, born, _, own = WHO[visitor.size]
    email = f"newcomer.{visitor.size}@example.com"
    visitor.page.goto(visitor.patient_url)
    visitor.press("Make an account", "link")
    visitor.look("Make an account", "register")
    visitor.press("Continue")
    visitor.look("Make an account")
    expect(visitor.page.locator("#errors")).to_contain_text("Enter your birth date.")
    visitor.fill("first_name", first)
    visitor.fill("last_name", last)
    visitor.fill("birth_on", "1/1/2020")
    visitor.press("Continue")
    visitor.look("A parent or guardian can help")
    visitor.press("Type it again", "link")
    visitor.fill("first_name", first)
    visitor.fill("last_name", last)
    visitor.fill("birth_on", born)
    visitor.press("Continue")
    visitor.look("Your language", "register-language")
    visitor.page.get_by_label("I need an interpreter").check()
    visitor.press("Continue")
    visitor.look("Your e-mail address")
    visitor.fill("email", email)
    visitor.press("Send me a code")
    visitor.look("Check your e-mail")
    visitor.fill("code", visitor.mailed(email, r"\b(\d{6})\b"))
    visitor.press("Continue")
    visitor.look("Your phone number")
    visitor.fill("mobile", own)
    visitor.press("Text me a code")
    visitor.look("Enter the code we texted you")
    visitor.fill("code", visitor.mailed(re.sub(r"\D", "", own), r"\b(\d{6})\b"))
    visitor.press("Continue")
    visitor.look("Whom to call in an emergency")
    visitor.press("Continue")
    visitor.look("May we text you?", "register-texts")
    for box in visitor.page.get_by_role("checkbox").all():
        expect(box).not_to_be_checked()
    visitor.page.get_by_role("checkbox").first.check()
    visitor.press("Continue")
    visitor.look("Choose a password")
    visitor.fill("password", PASSWORD)
    visitor.fill("again", PASSWORD)
    visitor.press("Make my account")


def second_step(visitor: Visitor) -> None:
    """Codes by text, and the saved ones."""
    own = WHO[visitor.size][4]
    visitor.look(re.compile("second step"))
    visitor.page.get_by_label(re.compile("text", re.IGNORECASE)).first.check()
    visitor.fill("phone", own)
    visitor.press("Continue")
    visitor.look("Enter the code we texted you")
    visitor.fill("code", visitor.mailed(re.sub(r"\D", "", own), r"\b(\d{6})\b"))
    visitor.press("Continue")
    visitor.look(re.compile("recovery codes", re.IGNORECASE))
    visitor.press("Show my new codes")
    visitor.look("Save your recovery codes")
    visitor.press("I saved them", "link")


def details(visitor: Visitor) -> None:
    """What was said stands there, and more can be added."""
    visitor.press("See your details", "link")
    visitor.look("Your details", "details")
    expect(visitor.page.locator("main")).to_contain_text("With an interpreter")
    visitor.press(re.compile("^Address"), "link")
    visitor.look("Your address")
    for name, value in {
        "street": "1 Sample St",
        "city": "Sampleton",
        "state": "OH",
        "postal_code": "43999",
    }.items():
        visitor.fill(name, value)
    visitor.press("Save")
    visitor.look("Your details")
    expect(visitor.page.locator("main")).to_contain_text("Sampleton, OH 43999")
    visitor.page.goto(visitor.patient_url)


def link(visitor: Visitor) -> None:
    """Match and possession; the first code typed is wrong."""
    on_file = re.sub(r"\D", "", WHO[visitor.size][3])
    visitor.look("Welcome")
    visitor.press("Find my record", "link")
    visitor.look("Find my record", "link")
    visitor.press("Find my record")
    visitor.look("Type the code", "link-code")
    sent = visitor.mailed(on_file, r"\b(\d{6})\b")
    visitor.fill("code", f"{(int(sent) + 1) % 1_000_000:06d}")
    visitor.press("Link my record")
    visitor.look("Type the code")
    expect(visitor.page.locator("#errors")).to_contain_text("not right, or it is too old")
    visitor.fill("code", sent)
    visitor.press("Link my record")
    visitor.look("Your record is linked", "linked")
    visitor.press("See your bills", "link")
    visitor.look("Your bills")
