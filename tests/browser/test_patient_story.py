"""A patient's whole story in Chromium: from the code on the mailed statement to the receipt."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visitor

PASSWORD = "three otters under a bridge"
PHONES = {"phone": "614-555-0188", "desktop": "614-555-0189"}
WHO = {"phone": "testa", "desktop": "two_plans"}
MONEY = r"\$[\d,]+\.\d\d"


@pytest.mark.parametrize("size", ["phone", "desktop"])
def test_from_the_mailed_code_to_the_receipt(size: str, visit: Callable[[str], Visitor]) -> None:
    visitor = visit(size)
    enrol(visitor)
    visitor.look("Your bills", "overview")
    owed = visitor.page.locator(".owed").inner_text()
    sums = re.findall(MONEY, owed)
    assert sums, owed
    if size == "phone":
        assert sums[0] == "$77.46", owed
        button = visitor.page.get_by_role("link", name=re.compile("^Pay \\$77.46")).locator(
            "visible=true"
        )
        box = button.first.bounding_box()
        assert box
        assert box["y"] + box["height"] <= 740, "the next step is on the first phone screen"
    read_the_statement(visitor, sums[0])
    pay(visitor, sums[0])
    visitor.page.goto(visitor.patient_url)
    expect(visitor.page.locator(".owed")).to_contain_text("$0.00")
    visitor.page.get_by_role("heading", name="What changed").evaluate("it => it.scrollIntoView()")
    visitor.look("Your bills", "changed")


def enrol(visitor: Visitor) -> None:
    """Code, e-mail, password, a second step by text."""
    person = next(p for p in visitor.demo.addresses["enrolments"] if p["key"] == WHO[visitor.size])
    email = f"new.{visitor.size}@example.com"
    visitor.page.goto(visitor.patient_url)
    visitor.look(re.compile("."), "start")
    visitor.page.goto(f"{visitor.patient_url}/enroll")
    visitor.look("Sign up to see your bills")
    visitor.fill("code", person["code"])
    visitor.fill("birth_on", person["birth_date"])
    visitor.fill("postal_code", person["postal_code"])
    visitor.press("Continue")
    visitor.look(re.compile("e-mail address"))
    visitor.fill("email", email)
    visitor.press("Send me a code")
    visitor.look("Enter the code we e-mailed you")
    visitor.fill("code", visitor.mailed(email, r"\b(\d{6})\b"))
    visitor.press("Continue")
    visitor.look("Choose a password")
    visitor.fill("password", PASSWORD)
    visitor.fill("again", PASSWORD)
    visitor.press("Save the password")
    visitor.look(re.compile("second step"))
    visitor.page.get_by_label(re.compile("text", re.IGNORECASE)).first.check()
    visitor.fill("phone", PHONES[visitor.size])
    visitor.press("Continue")
    visitor.look("Enter the code we texted you")
    digits = re.sub(r"\D", "", PHONES[visitor.size])
    visitor.fill("code", visitor.mailed(digits, r"\b(\d{6})\b"))
    visitor.press("Continue")
    visitor.look(re.compile("recovery codes", re.IGNORECASE))
    visitor.press("Show my new codes")
    visitor.look("Save your recovery codes")
    visitor.press("I saved them", "link")


def read_the_statement(visitor: Visitor, owed: str) -> None:
    """The newest statement says the same sum, and why; help is one step away and brings back."""
    page = visitor.page
    page.get_by_role("link", name=re.compile(r"Statement \d{4}-\d+")).first.click()
    visitor.look(re.compile("^Statement "), "statement")
    expect(page.locator(".owed")).to_contain_text(owed)
    expect(page.locator("main")).to_contain_text("deductible")
    page.get_by_role("link", name="Ask about this bill").click()
    visitor.look(re.compile("."))
    page.get_by_label("Your message").fill("Is my deductible for this year used up now?")
    visitor.press(re.compile("^Send your"))
    visitor.look("Messages", "messages")
    expect(page.locator("main")).to_contain_text("Is my deductible for this year used up now?")
    page.goto(visitor.patient_url)
    page.get_by_role("link", name=re.compile("^Why")).first.click()
    visitor.look(re.compile("."), "bill")
    page.goto(visitor.patient_url)


def pay(visitor: Visitor, owed: str) -> None:
    """Pay in full on the hosted page, come back to the truth, open the receipt."""
    page = visitor.page
    visitor.press("Pay " + owed, "link")
    visitor.look("Pay your bills", "pay")
    visitor.press("Pay " + owed)
    page.wait_for_url(re.compile(re.escape(visitor.demo.addresses["sandbox_url"])))
    page.get_by_label("Name on card").fill("A Visitor")
    page.get_by_label("ZIP code").fill("43999")
    visitor.press("Pay " + owed)
    page.wait_for_url(re.compile(re.escape(visitor.patient_url)))
    visitor.look("Your receipt", "receipt")
    expect(page.locator("main")).to_contain_text(owed)
