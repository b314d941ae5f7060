"""A patient asks on the phone to be reached another way, and the office sees it (HIPAA-10)."""

from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Visitor

SAFE = "safe.mailbox@example.com"


def test_HIPAA_10_a_safe_address_and_mailbox(visit: Callable[[str], Visitor]) -> None:
    visitor = visit("phone")
    page, url = visitor.page, visitor.patient_url
    visitor.sign_in(url, visitor.person(name="Modela Example"))
    page.wait_for_load_state()
    page.goto(f"{url}/details")
    visitor.press("Reach me another way", "link")
    visitor.look("Reach me another way")
    page.get_by_role("link", name="Mail Your usual address").click()
    visitor.look("Your safe mailing address")
    for name, words in (("street", "9 Safe Harbor"), ("city", "Othertown"), ("state", "NY")):
        visitor.fill(name, words)
    visitor.fill("postal_code", "10002")
    visitor.press("Use this address")
    visitor.look("Reach me another way")
    expect(page.get_by_text("9 Safe Harbor")).to_be_visible()
    page.goto(f"{url}/details/confidential/email")
    visitor.look("Your safe e-mail")
    visitor.fill("email", SAFE)
    visitor.press("Mail me a code")
    visitor.look("The code from the e-mail")
    visitor.fill("code", visitor.mailed(SAFE, r"(\d{6}) is your code to change"))
    visitor.press("Use this e-mail")
    page.goto(f"{url}/details/confidential/never")
    visitor.look("What we never use")
    page.get_by_label("I share my phone with others").check()
    visitor.press("Save")
    visitor.look("Reach me another way")
    expect(page.get_by_text("This holds since")).to_be_visible()
    visitor.press("End this", "link")
    visitor.look("End this")
    visitor.press("Use what is on file")
    expect(page.get_by_text("9 Safe Harbor")).to_have_count(0)
