"""A plan of six months on a phone, without JavaScript: choose, read with the federal box, sign, pay the first payment."""

import re
from collections.abc import Callable

from playwright.sync_api import expect

from tests.browser.conftest import Visitor

WHO = "Startina Placeholder"


def test_a_plan_of_six_months_is_signed_and_its_first_payment_paid(
    phone: Callable[[], Visitor],
) -> None:
    visitor = phone()
    page = visitor.page
    (person,) = (p for p in visitor.demo.addresses["planners"] if p["name"] == WHO)
    sign_in(visitor, visitor.patient_url, person)
    page.goto(f"{visitor.patient_url}/bills")
    visitor.press("Set up a plan", "link")
    seen(visitor, "Set up a plan")
    page.locator("select[name=months]").select_option("6")
    visitor.press("See the payments")
    seen(visitor, "Your payments")
    expect(page.locator("main")).to_contain_text("6 payments, the last on")
    expect(page.locator("main")).to_contain_text("You miss a payment")
    visitor.press("Read the agreement", "link")
    seen(visitor, "Read and sign")
    for words in ("Annual percentage rate", "0.00%", "Late charge: none", "Section 1785.27"):
        expect(page.locator("main")).to_contain_text(words)
    visitor.press("Sign the plan")
    expect(page.locator("#errors")).to_contain_text("Enter your full name.")
    visitor.fill("name", "Six Month Sample")
    page.get_by_role("checkbox").check()
    visitor.press("Sign the plan")
    seen(visitor, "Your plan")
    expect(page.locator("main")).to_contain_text("You signed your plan.")
    visitor.press(re.compile(r"^Pay \$"))
    if page.get_by_role("heading", level=1, name="Before you pay by card").count():
        page.get_by_role("checkbox").check()
        visitor.press(re.compile("by card$"))
    page.wait_for_url(re.compile(re.escape(visitor.demo.addresses["sandbox_url"])))
    page.get_by_label("Name on card").fill("A Visitor")
    page.get_by_label("ZIP code").fill("43999")
    visitor.press(re.compile(r"^Pay \$"))
    page.wait_for_url(re.compile(re.escape(visitor.patient_url)))
    seen(visitor, "Your receipt")
    page.goto(f"{visitor.patient_url}/agreements")
    seen(visitor, "Your plan")
    expect(page.locator("main")).to_contain_text("Paid so far")
    expect(page.locator("td", has_text=re.compile("^Paid$"))).to_have_count(1)


def seen(visitor: Visitor, heading: str) -> None:
    """The page is there and fits: axe needs scripts, which this phone does not run."""
    expect(visitor.page.get_by_role("heading", level=1, name=heading)).to_be_visible()


def sign_in(visitor: Visitor, url: str, person: dict[str, str]) -> None:
    """As everybody does; `Visitor.sign_in` looks with axe, which needs scripts."""
    visitor.page.goto(f"{url}/sign-in")
    visitor.fill("email", person["email"])
    visitor.fill("password", person["password"])
    visitor.press("Sign in")
    visitor.fill("code", visitor.next_code(person))
    visitor.press("Continue")
